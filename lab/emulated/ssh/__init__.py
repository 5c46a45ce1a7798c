"""The way in: SSH, a small shell, and what its programs answer. Only this room loads asyncssh."""
