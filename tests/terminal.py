#!/usr/bin/env python3
"""Run a command on a terminal of its own, and type what it asks for.

    terminal.py [-e PROMPT ANSWER] COMMAND...

All that it shows, on stdout and stderr too unless they are redirected, is printed; the status is the command's.
"""
import os
import pty
import sys

words = sys.argv[1:]
prompt, answer = b"", b""
if words[0] == "-e":
    prompt, answer = words[1].encode(), words[2].encode()
    words = words[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(words[0], words)
shown = b""
while True:
    try:
        got = os.read(terminal, 65536)
    except OSError:  # EIO: the last one has closed it
        got = b""
    if not got:
        break
    shown += got
    if prompt and prompt in shown:
        os.write(terminal, answer)
        prompt = b""
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
