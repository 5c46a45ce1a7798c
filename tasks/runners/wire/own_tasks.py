"""Tasks of this floor that workers do. Playbooks that have more add them to these."""

from egovnet.tasks.against_intended import AgainstIntended, against_intended
from egovnet.tasks.collect_state import collect_state
from egovnet.tasks.commit import commit
from egovnet.tasks.commit_status import CommitStatus, commit_status
from egovnet.tasks.confirm_or_rollback import confirm_or_rollback
from egovnet.tasks.dry_run import DryRun, dry_run
from egovnet.tasks.extend import extend
from egovnet.tasks.read_ipsec import read_ipsec
from egovnet.tasks.read_recorded_flows import read_recorded_flows
from egovnet.tasks.read_running import Running, read_running
from egovnet.tasks.read_translations import read_translations
from egovnet.tasks.restore_lines import restore_lines
from egovnet.tasks.runners.wire.task_form import TaskForm, TaskList
from egovnet.tasks.see_labels import end_watching, start_watching
from egovnet.tasks.send_packets import send_packets
from egovnet.templates.model.ipsec import IpsecState
from egovnet.templates.model.recorded_flow import RecordedFlow
from egovnet.templates.model.recorded_translation import RecordedTranslation
from egovnet.templates.model.state import DeviceState

OWN_TASKS = TaskList(
    [
        TaskForm(against_intended, AgainstIntended),
        TaskForm(collect_state, DeviceState),
        TaskForm(commit, None),
        TaskForm(commit_status, CommitStatus),
        TaskForm(confirm_or_rollback, str),
        TaskForm(dry_run, DryRun),
        TaskForm(end_watching, list[str]),
        TaskForm(extend, None),
        TaskForm(read_ipsec, IpsecState),
        TaskForm(read_recorded_flows, list[RecordedFlow]),
        TaskForm(read_running, Running),
        TaskForm(read_translations, list[RecordedTranslation]),
        TaskForm(restore_lines, str),
        TaskForm(send_packets, list[bool]),
        TaskForm(start_watching, str),
    ]
)
