#!/bin/sh
# The part of the FRR driver that lives on the router. POSIX sh; needs coreutils, awk, vtysh, ifupdown2.
# It is sent as one file, made of router_agent.sh, router_agent_change.sh and router_agent_verbs.sh.
#
# A commit is a process of its own session, so that it outlives the connection that started it:
#
#   commit -> applying -> applied -> (accept 0)  confirmed
#                            |         (accept S)  pending -> (confirm) confirmed
#                            |                        `-> timer or rollback -> undoing -> undone
#                            `-> nobody accepted in time, abort, or a step failed -> undoing -> undone
#                                                                                      `-> broken
# An open commit (applying to undoing) whose process was killed is an "orphan"; after a restart of the
# router it is "undone". What would start at boot (/etc/frr/frr.conf, /etc/network/interfaces,
# /etc/hostname) is written on the way to "confirmed" only; see mark() for what cuts that off.
#
# usage: router_agent.sh VERB [ARGUMENT...]; a verb that takes files reads them from its input, each after
# a line "%%file-NONCE NAME". Answers one line "%%egovnet key=value ...", then texts, each after a line
# "%%text NAME BYTES".
set -u
umask 077
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
STATE=${EGOVNET_STATE:-/var/lib/egovnet}
RUN=/run/egovnet
INTERFACES=/etc/network/interfaces
FRR_CONF=/etc/frr/frr.conf
STEP_TIMEOUT=${EGOVNET_STEP_TIMEOUT:-120}
KEEP=8
{ [ -d "$STATE/changes" ] && [ -d "$RUN" ]; } || mkdir -p "$STATE/changes" "$RUN"
read -r BOOT </proc/sys/kernel/random/boot_id

# Starting a process is most of what this costs, on a small router or in a lab: so functions set
# variables (in capitals) where a command substitution would start a shell, and the shell itself reads.
uptime_s() { # sets UPTIME, whole seconds
    read -r UPTIME _ </proc/uptime
    UPTIME=${UPTIME%.*}
}
log() { read -r now _ </proc/uptime; echo "$now ${ID:--} $*" >>"$STATE/log"; }
record() { echo "%%egovnet $*"; }
text() { # NAME FILE
    [ -f "$2" ] || return 0
    echo "%%text $1 $(wc -c <"$2")"
    cat "$2"
}
texts() { # DIRECTORY FILE...: those that are there, under their own names; DIRECTORY is for what is made here
    scratch=$1/.$$
    shift
    for file; do
        shift
        [ ! -f "$file" ] || set -- "$@" "$file"
    done
    [ $# -gt 0 ] || return 0
    wc -c "$@" >"$scratch.bytes"
    set --
    while read -r bytes file; do
        [ "$file" != total ] || continue
        echo "%%text ${file##*/} $bytes" >"$scratch.${file##*/}"
        set -- "$@" "$scratch.${file##*/}" "$file"
    done <"$scratch.bytes"
    cat "$@"
    rm -f "$scratch".*
}
first_line() { # FILE: sets LINE, "" without a file
    LINE=
    [ ! -f "$1" ] || read -r LINE <"$1"
}
state_of() { # DIRECTORY: sets WORD, "none" as long as nothing of that commit was begun
    first_line "$1/state"
    WORD=${LINE:-none}
}
server() { # sets SERVER, where our session ends; it is lost under sudo: then the caller says it
    # shellcheck disable=SC2086  # words
    set -- ${SSH_CONNECTION:-}
    SERVER=${3:-}
}
own_place() { # NAME: sets PLACE, a new directory of this process
    PLACE=$RUN/$1.$$
    [ ! -e "$PLACE" ] || rm -rf "$PLACE"
    mkdir "$PLACE"
}
is_id() { # a commit's id, which is the name of its directory as well
    case $1 in "" | . | .. | *[!A-Za-z0-9._-]*) return 1 ;; esac
    [ ${#1} -le 64 ]
}
set_state() { # written whole: readers never see half of it
    echo "$1" >"$DIR/state.new" && mv "$DIR/state.new" "$DIR/state"
    log "state $1"
    wake_waiter
}
unpack() { # NONCE DIRECTORY
    awk -v mark="%%file-$1" -v dir="$2" \
        '$1 == mark { if (file) close(file); file = dir "/" $2; printf "" > file; next } file { print > file }'
}

started_at() { # PID: sets STARTED, in clock ticks after boot; with the pid it names a process for good
    STARTED=
    [ -r "/proc/$1/stat" ] || return 1
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # shellcheck disable=SC2086  # the fields are words
    set -- ${stat##*) }
    [ "$1" != Z ] && STARTED=${20}
}
is_alive() { # PID START BOOT
    [ $# -eq 3 ] && [ "$3" = "$BOOT" ] && started_at "$1" && [ "$STARTED" = "$2" ]
}
is_alive_in() { # FILE that a process wrote its words to
    first_line "$1"
    # shellcheck disable=SC2086  # three words
    is_alive $LINE
}
whoami_words() { started_at $$ && echo "$$ $STARTED $BOOT"; }
is_at_work() { # the process of the change in DIR, or the one that is about to start it
    if [ -f "$DIR/runner" ]; then is_alive_in "$DIR/runner"; else is_alive_in "$DIR/preparer"; fi
}

# Whoever waits, the process of a commit for a request or a session for the commit, sleeps until the
# other sends a signal, or for some time, as a signal may be sent to one who is just about to sleep.
pause() { # SECONDS, unless WOKEN since the caller emptied it
    sleep "$1" >/dev/null 2>&1 &
    { [ -z "$WOKEN" ] && wait $!; } || kill $! 2>/dev/null
}
wake() { # FILE with the words of a process that is ready for the signal
    # shellcheck disable=SC2086  # three words
    is_alive_in "$1" && kill -USR1 "${LINE%% *}" 2>/dev/null
    return 0
}
wake_waiter() { [ ! -f "$DIR/waiter" ] || wake "$DIR/waiter"; }
look() { # ID: sets ID, DIR and NOW, what has become of that commit
    ID=$1
    DIR=$STATE/changes/$1
    state_of "$DIR"
    NOW=$WORD
    case $NOW in
    none) # its snapshot is being taken
        [ -d "$DIR" ] && is_at_work && NOW=applying
        return 0
        ;;
    applying | applied | pending | undoing) ;;
    *) return 0 ;;
    esac
    is_at_work && return 0
    # its process may have finished between the two looks
    state_of "$DIR"
    NOW=$WORD
    case $NOW in applying | applied | pending | undoing) ;; *) return 0 ;; esac
    boot=
    [ -f "$DIR/runner" ] && read -r _ _ boot <"$DIR/runner"
    [ -n "$boot" ] || read -r _ _ boot <"$DIR/preparer" 2>/dev/null
    if [ -n "$boot" ] && [ "$boot" != "$BOOT" ]; then
        echo "the router was restarted before the confirmation" >"$DIR/reason"
        set_state undone
        NOW=undone
    else
        NOW=orphan
    fi
}
current() { # the change that is at work, pending or orphaned: sets ID, DIR, NOW
    first_line "$STATE/current"
    ID=$LINE
    [ -n "$ID" ] || return 1
    look "$ID"
    case $NOW in applying | applied | pending | undoing | orphan) ;; *) return 1 ;; esac
}

take_lock() { # OWNER
    for _ in 1 2 3; do
        if mkdir "$STATE/lock" 2>/dev/null; then
            whoami_words >"$STATE/lock/holder"
            echo "$1" >"$STATE/lock/owner"
            return 0
        fi
        is_alive_in "$STATE/lock/holder" && return 1
        holder=$LINE
        age=$(($(date +%s) - $(stat -c %Y "$STATE/lock" 2>/dev/null || date +%s)))
        [ -z "$holder" ] && [ "$age" -lt 30 ] && return 1
        log "stale lock of ${holder:-nobody}, $age s old"
        if mv "$STATE/lock" "$STATE/lock.$$" 2>/dev/null; then
            if [ "$(cat "$STATE/lock.$$/holder" 2>/dev/null)" = "$holder" ]; then
                rm -rf "$STATE/lock.$$"
            else # somebody else took it in between: give it back
                mv "$STATE/lock.$$" "$STATE/lock"
            fi
        fi
    done
    return 1
}
hand_lock() { started_at "$1" && echo "$1 $STARTED $BOOT" >"$STATE/lock/holder"; }
drop_lock() { rm -rf "$STATE/lock"; }
say_locked() {
    record "status=locked" "age=$(($(date +%s) - $(stat -c %Y "$STATE/lock" 2>/dev/null || date +%s)))"
    text owner "$STATE/lock/owner"
}

read_running() { # DIRECTORY [SCRIPT]: with a script for vtysh, run it first, in the same process
    [ -d "$1" ] || mkdir -p "$1"
    if [ -n "${2:-}" ] && [ -s "$2" ]; then
        # starting vtysh is most of what it costs; a line refused ends it before "show", not before other lines
        timeout "$STEP_TIMEOUT" vtysh -c "copy $2 running-config" -c 'show running-config' >"$2.all" 2>"$2.err"
        awk -v frr="$1/frr" '/^Building configuration/ { on = 1; printf "" > frr } on { print > frr; next } { print }
            END { exit !on }' "$2.all" >"$2.out"
        ran=$?
    else
        ran=1
    fi
    [ $ran -eq 0 ] || timeout 60 vtysh -c 'show running-config' >"$1/frr" 2>"$1/error"
    if [ -f $RUN/interfaces ]; then cp $RUN/interfaces "$1/interfaces"; else cp $INTERFACES "$1/interfaces"; fi
    read -r name </proc/sys/kernel/hostname
    echo "$name" >"$1/hostname"
    ip -d -j addr show >"$1/linux" 2>/dev/null
    ip -j -f mpls netconf show >"$1/labels" 2>/dev/null
}
say_running() { # DIRECTORY [FILE...]: and these
    running=$1
    shift
    texts "$running" "$running/hostname" "$running/interfaces" "$running/linux" "$running/labels" "$running/frr" "$@"
}
can_be_read() { # DIRECTORY: sets STATUS
    STATUS=failed
    [ ! -s "$1/frr" ] || STATUS=ok
}
install_text() { # SOURCE TARGET: whole or not at all, owner and mode as before
    cmp -s "$1" "$2" && return 0
    if [ -e "$2" ]; then
        cp --attributes-only --preserve=mode,ownership "$2" "$2.egovnet" && cat "$1" >"$2.egovnet"
    else
        cp "$1" "$2.egovnet" && chmod 644 "$2.egovnet"
    fi && sync "$2.egovnet" && { mv "$2.egovnet" "$2" 2>/dev/null || write_in_place "$2.egovnet" "$2"; }
}
write_in_place() { # a file that is mounted by itself, as in a container, cannot be replaced: see mark()
    cat "$1" >"$2" && sync "$2" && rm -f "$1"
}

# FRR's text as a sorted list of "context|line": equal when the router does the same. An interface or
# VRF of which nothing is said is shown sometimes, and sometimes not.
canonical() {
    awk '
        /^[ \t]*[!#]/ || /^[ \t]*exit/ || /^[ \t]*$/ || /^end/ || /^Building/ || /^Current/ || /^hostname / { next }
        { match($0, /^ */); depth = RLENGTH; header[depth] = substr($0, depth + 1); path = ""
          for (i = 0; i < depth; i++) if (i in header) path = path header[i] "|"
          for (i = depth + 1; i < 9; i++) delete header[i]
          if (depth || $0 !~ /^(interface|vrf) [^ ]+$/) print path header[depth] }' "$1" | sort
}
same_frr() {
    canonical "$1" >"$DIR/canonical.1"
    canonical "$2" >"$DIR/canonical.2"
    cmp -s "$DIR/canonical.1" "$DIR/canonical.2"
}

