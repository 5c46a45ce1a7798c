"""`lab image`: an image for containers, made of the appliance."""

from collections.abc import Callable
from pathlib import Path

from egovnet.lab.appliance import ensure_appliance
from egovnet.lab.container_image import container_image
from egovnet.playbooks.core.output_file import Holds, check_output
from egovnet.playbooks.results.lab import LabImage
from egovnet.playbooks.results.outcome import Outcome


def lab_image(output: Path | None, tell: Callable[[str], None]) -> Outcome[LabImage]:
    """Write the archive `output`, or keep one beside the appliance.

    Raises:
        ApplianceError: the appliance cannot be built, or the archive not be written.
        ToolMissingError: what builds it is not installed.
        UsageError: `output` is something other than a regular file.
    """
    if output is not None:
        check_output(output, Holds.IMAGE, what="the image ")
        output = output.resolve()  # a link stays one
    image = container_image(ensure_appliance(progress=tell), output)
    made = LabImage(str(image.file), image.tag, image.digest, image.size)
    return Outcome("lab_image", made)
