"""Who knows whom within `tasks`."""

import grimp


def test_what_is_done_to_a_device_knows_no_runner_and_no_driver() -> None:
    graph = grimp.build_graph("egovnet", "napalm_frr", include_external_packages=True)
    tasks = graph.find_descendants("egovnet.tasks")
    runners = {module for module in tasks if module.startswith("egovnet.tasks.runners")}
    for module in tasks - runners:
        known = graph.find_modules_directly_imported_by(module)
        assert not known & (runners | graph.find_descendants("napalm_frr")), module
        assert not known & {"napalm", "napalm_frr", "netmiko", "paramiko", "celery"}, module
