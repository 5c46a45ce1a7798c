"""What the emulated vtysh takes and prints, in the driver's eyes too."""

from hypothesis import given
from hypothesis import strategies as st

from egovnet.lab.emulated.frr import vtysh
from egovnet.lab.emulated.frr.config import FrrConfig
from napalm_frr.delta.delta import compute_delta
from napalm_frr.delta.vtysh_script import rejections, write_scripts
from napalm_frr.text import frr_tree
from tests.hypothesis_profiles import examples
from tests.napalm_frr.strategies import frr_texts


@examples(60)
@given(st.lists(frr_texts(), min_size=2, max_size=4))
def test_random_texts_pushed_by_the_driver_read_back_equal(texts: list[str]) -> None:
    config = FrrConfig()
    running = frr_tree.parse(config.text("r1"))
    for text in texts:
        candidate = frr_tree.parse(text)
        assert vtysh.check(text).code == 0
        _, script = write_scripts(compute_delta(running, candidate), linux_between=False)
        ran = vtysh.run(config, script.text)
        running = frr_tree.parse(config.text("r1"))
        assert frr_tree.same(running, candidate)
        late = [r for r in rejections(ran.output, ran.errors) if (r.line or 0) > script.tolerant]
        assert late == []


@given(frr_texts())
def test_what_is_printed_is_taken_and_printed_again(text: str) -> None:
    first, second = FrrConfig(), FrrConfig()
    vtysh.run(first, text)
    printed = first.text("r1")
    ran = vtysh.run(second, printed)
    assert (ran.errors, ran.code) == ("", 0)
    assert second.text("r1") == printed
