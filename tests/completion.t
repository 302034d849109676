#!/bin/bash
# Completion in bash, as a person has it: keys go to an interactive shell on a terminal, and its line is looked at.
. "$(dirname "$0")/tap.sh"
need python3 make

cat >rc <<'END'
PS1='$ '
bind 'set bell-style none'
bind 'set enable-bracketed-paste off'
# Ctrl-T notes the line as it is; ESC * is readline's own: insert all completions.
note() { printf '%s\n' "$READLINE_LINE" >line.tmp && mv line.tmp line; }
bind -x '"\C-t": note'
. "$COMPLETION"
END
cat >keys.py <<'END'
"""keys.py RC: give each line of stdin to an interactive bash, and print the command line that it makes of it."""
import os, pty, select, sys, time

pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "dumb"
    os.execvp("bash", ["bash", "--noprofile", "--rcfile", sys.argv[1], "-i"])
shown = b""

def drain(seconds):
    """Read what bash shows; a terminal that is full would hold it up."""
    global shown
    while select.select([terminal], [], [], seconds)[0]:
        shown += os.read(terminal, 65536)
        seconds = 0

def wait_for(condition):
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"bash did not answer: {shown[-400:]!r}")
        drain(0.01)

def line_after(keys):
    """The command line once bash has taken KEYS; it notes the line in the file when it has."""
    if os.path.exists("line"):
        os.remove("line")
    os.write(terminal, keys.encode() + b"\x14")
    wait_for(lambda: os.path.exists("line"))
    os.write(terminal, b"\x01\x0b")
    return open("line").read().rstrip("\n")

# Keys typed before bash reads them as such would be the terminal's own.
wait_for(lambda: b"$ " in shown)
for keys in sys.stdin:
    print(line_after(keys.rstrip("\n").replace("<TAB>", "\t").replace("<ALL>", "\x1b*")), flush=True)
os.close(terminal)
END
keys() { COMPLETION=${completion:-$top/scripts/completion/espcap.bash} timeout 60 python3 keys.py rc; }

long_options() { for c; do "$c" --help; done | grep -oE '^ +(-[a-zA-Z], )?--[a-z0-9-]+' | grep -oE -- '--.*' | sort -u; }

for c in esifaces escapture esreshape esbulk; do
	is "$(echo "$c --<ALL>" | keys)" "$c $(long_options "$c" | tr '\n' ' ')" "$c: the options of --help"
done
is "$(echo 'espcap --<ALL>' | keys)" "espcap $(long_options espcap escapture esreshape esbulk | tr '\n' ' ')" 'espcap: its own, and those of the stages'

mkdir captures 'a folder'
touch packets.pcap 'two words.pcap'
cat >cases <<END
esbulk --rej<TAB>|esbulk --rejects |an option
$bin/esbulk --rej<TAB>|$bin/esbulk --rejects |by a path
esbulk --rejects pac<TAB>|esbulk --rejects packets.pcap |a file
esbulk --rejects=pac<TAB>|esbulk --rejects=packets.pcap |a file after =
escapture two<TAB>|escapture two\\ words.pcap |an operand
escapture -- pac<TAB>|escapture -- packets.pcap |after --
espcap --dir cap<TAB>|espcap --dir captures/|a folder
espcap --dir=pac<TAB>|espcap --dir=pac|a file is no folder
espcap --done pac<TAB>|espcap --done packets.pcap |a file
esbulk --chunk pac<TAB>|esbulk --chunk pac|a file is no number
espcap pac<TAB>|espcap pac|no operand
esreshape --op cr<TAB>|esreshape --op create |a word
espcap --op=cr<TAB>|espcap --op=create |a stage's word
esbulk --refresh w<TAB>|esbulk --refresh wait_for |a word
escapture --nic l<TAB>|escapture --nic lo |an interface
escapture --nic=l<TAB>|escapture --nic=lo |an interface after =
esbulk --nonsense pac<TAB>|esbulk --nonsense packets.pcap |after what it does not know
END
cut -d'|' -f1 cases | keys >lines
while IFS='|' read -r typed wanted what && IFS= read -r line <&3; do
	is "$line" "$wanted" "$what: $typed"
done <cases 3<lines
is "$(wc -l <lines)" "$(wc -l <cases)" 'each was tried'

# Where bash-completion is, it finds the installed file by the command's name.
run make -s -C "$top" install BUILD="$bin" DESTDIR="$tmp/root" PREFIX=/usr
is "$status" 0 'make install'
for c in esifaces escapture esreshape esbulk espcap; do
	ok "$c: installed by its name" cmp "root/usr/share/bash-completion/completions/$c" "$top/scripts/completion/espcap.bash"
done
completion=/usr/share/bash-completion/bash_completion
[ -e "$completion" ] || skip_all 'bash-completion is not installed (scripts/deps.sh --tests)'
is "$(echo 'esbulk --rej<TAB>' | XDG_DATA_DIRS=$tmp/root/usr/share keys)" 'esbulk --rejects ' 'bash-completion loads it'
done_testing
