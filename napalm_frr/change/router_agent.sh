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
mkdir -p "$STATE/changes" "$RUN"
read -r BOOT </proc/sys/kernel/random/boot_id

uptime_s() { read -r now _ </proc/uptime; echo "${now%.*}"; }
log() { read -r now _ </proc/uptime; echo "$now ${ID:--} $*" >>"$STATE/log"; }
record() { echo "%%egovnet $*"; }
text() { # NAME FILE
    [ -f "$2" ] || return 0
    echo "%%text $1 $(wc -c <"$2")"
    cat "$2"
}
state_of() { # DIRECTORY: "none" as long as nothing of that commit was begun
    word=
    [ -f "$1/state" ] && read -r word <"$1/state"
    echo "${word:-none}"
}
is_id() { # a commit's id, which is the name of its directory as well
    case $1 in "" | . | .. | *[!A-Za-z0-9._-]*) return 1 ;; esac
    [ ${#1} -le 64 ]
}
set_state() { # written whole: readers never see half of it
    echo "$1" >"$DIR/state.new" && mv "$DIR/state.new" "$DIR/state"
    log "state $1"
}
unpack() { # NONCE DIRECTORY
    awk -v mark="%%file-$1" -v dir="$2" \
        '$1 == mark { if (file) close(file); file = dir "/" $2; printf "" > file; next } file { print > file }'
}

started_at() { # PID: in clock ticks after boot; with the pid it names a process for good
    [ -r "/proc/$1/stat" ] || return 1
    read -r stat <"/proc/$1/stat" || return 1
    # shellcheck disable=SC2086  # the fields are words
    set -- ${stat##*) }
    [ "$1" != Z ] && echo "${20}"
}
is_alive() { # "PID START BOOT"
    [ $# -eq 3 ] && [ "$3" = "$BOOT" ] && [ "$(started_at "$1")" = "$2" ]
}
whoami_words() { echo "$$ $(started_at $$) $BOOT"; }
is_at_work() { # the process of the change in DIR, or the one that is about to start it
    if [ -f "$DIR/runner" ]; then words=$(cat "$DIR/runner"); else words=$(cat "$DIR/preparer" 2>/dev/null); fi
    # shellcheck disable=SC2086  # three words
    is_alive $words
}
look() { # ID: sets ID, DIR and NOW, what has become of that commit
    ID=$1
    DIR=$STATE/changes/$1
    NOW=$(state_of "$DIR")
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
    NOW=$(state_of "$DIR")
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
    ID=$(cat "$STATE/current" 2>/dev/null) && [ -n "$ID" ] || return 1
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
        holder=$(cat "$STATE/lock/holder" 2>/dev/null)
        # shellcheck disable=SC2086  # three words
        is_alive $holder && return 1
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
hand_lock() { echo "$1 $(started_at "$1") $BOOT" >"$STATE/lock/holder"; }
drop_lock() { rm -rf "$STATE/lock"; }
say_locked() {
    record "status=locked" "age=$(($(date +%s) - $(stat -c %Y "$STATE/lock" 2>/dev/null || date +%s)))"
    text owner "$STATE/lock/owner"
}

running_interfaces() { [ -f $RUN/interfaces ] && echo $RUN/interfaces || echo $INTERFACES; }
read_running() { # DIRECTORY [SCRIPT]: with a script for vtysh, run it first, in the same process
    mkdir -p "$1"
    if [ -n "${2:-}" ] && [ -s "$2" ]; then
        # starting vtysh is most of what it costs; a line refused ends it before "show", not before other lines
        timeout "$STEP_TIMEOUT" vtysh -c "copy $2 running-config" -c 'show running-config' >"$2.all" 2>"$2.err"
        awk -v frr="$1/frr" '/^Building configuration/ { on = 1; printf "" > frr } on { print > frr; next } { print }' \
            "$2.all" >"$2.out"
        ran=$?
        grep -q '^Building configuration' "$2.all" || ran=1
    else
        ran=1
    fi
    [ $ran -eq 0 ] || timeout 60 vtysh -c 'show running-config' >"$1/frr" 2>"$1/frr.err"
    cp "$(running_interfaces)" "$1/interfaces"
    hostname >"$1/hostname"
    ip -d -j addr show >"$1/linux" 2>/dev/null
    ip -j -f mpls netconf show >"$1/labels" 2>/dev/null
}
say_running() { # DIRECTORY
    text hostname "$1/hostname"
    text interfaces "$1/interfaces"
    text linux "$1/linux"
    text labels "$1/labels"
    text frr "$1/frr"
}
digest_of() { # DIRECTORY: of all that say_running says
    (cd "$1" && cat hostname interfaces linux labels frr | sha256sum | cut -d' ' -f1)
}
install_text() { # SOURCE TARGET: whole or not at all, owner and mode as before
    cmp -s "$1" "$2" && return 0
    cp "$1" "$2.egovnet" || return 1
    if [ -e "$2" ]; then
        chown --reference="$2" "$2.egovnet" && chmod --reference="$2" "$2.egovnet"
    else
        chmod 644 "$2.egovnet"
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

