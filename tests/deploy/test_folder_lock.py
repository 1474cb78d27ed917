from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.folder_lock import FolderInUseError, only_one
from deploy.local.process import ROOT

HOLDER = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from deploy.local.folder_lock import only_one\n"
    "with only_one(Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(600)\n"
)


def test_a_second_system_over_the_same_folder_is_refused_until_the_first_is_gone(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(FolderInUseError, match="another system is running"), only_one(tmp_path):
            pass
        holder.send_signal(signal.SIGKILL)
    with only_one(tmp_path):
        assert (tmp_path / "lock").exists()
