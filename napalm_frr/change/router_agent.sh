#!/bin/sh
# The part of the FRR driver that lives on the router. POSIX sh; needs coreutils, awk, vtysh, ifupdown2.
# On the router it is one file, made of router_agent.sh and router_agent_input.sh, ..._storage.sh, ..._change.sh,
# ..._requests.sh, ..._verbs.sh. An account without other rights may run it by sudo: what it takes is checked in
# ..._input.sh, and nothing is taken from the environment.
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
# /etc/hostname, /etc/nftables.conf) is written on the way to "confirmed" only; see mark() for what cuts that off.
#
# usage: router_agent.sh VERB [ARGUMENT...]; a verb that takes files reads them from its input, each after
# a line "%%file-NONCE NAME", up to a line "%%end-NONCE". Answers one line "%%egovnet key=value ...", then
# "%%texts NAME BYTES..." and these texts, one after the other. "status=storage" answers any verb that could
# not write what it had to, "status=refused" what it does not take: it did nothing, and its text "reason" says
# why.
set -u
umask 077
CALLER=${SUDO_UID:+account} # whoever comes by sudo; the agent's own processes do not
unset IFS ENV BASH_ENV CDPATH TMPDIR PYTHONPATH PYTHONHOME PYTHONSTARTUP VTYSH_PAGER VTYSH_LOG SUDO_UID SUDO_GID \
    SUDO_USER SUDO_COMMAND
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
cd / || exit 1
STATE=/var/lib/egovnet
RUN=/run/egovnet
LOCK=$RUN/lock
INTERFACES=/etc/network/interfaces
FRR_CONF=/etc/frr/frr.conf
NFT_CONF=/etc/nftables.conf
STEP_TIMEOUT=120
HANDED_IN=10 # seconds in which a new process of a commit is told that it is one
KEEP=8
WOKEN=
CALLED_BACK=
STAGE=
OPENS=
UNLOADED=
read -r BOOT </proc/sys/kernel/random/boot_id

# Starting a process is most of what this costs, on a small router or in a lab: so functions set
# variables (in capitals) where a command substitution would start a shell, and the shell itself reads.
uptime_s() { # sets UPTIME, whole seconds
    read -r UPTIME _ </proc/uptime
    UPTIME=${UPTIME%.*}
}
log() { # what cannot be logged is lost, and nothing else
    read -r now _ </proc/uptime
    { echo "$now ${ID:--} $*" >>"$STATE/log"; } 2>/dev/null || return 0
}
record() { echo "%%egovnet $*"; }
heads() { # FILE...: sets HEADS, "NAME BYTES" of each, and FILES, those that are there
    HEADS=
    FILES=
    for file; do
        shift
        [ ! -f "$file" ] || set -- "$@" "$file"
    done
    [ $# -gt 0 ] || return 0
    FILES=$*
    sizes=$(wc -c "$@")
    # shellcheck disable=SC2086  # numbers and names, by turns
    set -- $sizes
    while [ $# -gt 1 ]; do
        [ "$2" = total ] || HEADS="$HEADS ${2##*/} $1"
        shift 2
    done
}
texts() { # FILE...: those that are there, under their own names
    heads "$@"
    [ -n "$FILES" ] || return 0
    echo "%%texts$HEADS"
    # shellcheck disable=SC2086  # names without white space
    cat $FILES
}
say_words() { # NAME WORDS: a text that is in no file
    echo "%%texts $1 $((${#2} + 1))"
    echo "$2"
}
first_line() { # FILE: sets LINE, "" without a file
    LINE=
    [ ! -f "$1" ] || read -r LINE <"$1" 2>/dev/null || :
}
state_of() { # ID: sets DIR, WORK and WORD, "none" as long as nothing of that commit was begun
    DIR=$STATE/changes/$1
    WORK=$RUN/$BOOT.$1
    booked state
    WORD=none
    [ -e "$FILE" ] || return 0
    first_line "$FILE"
    [ -n "$LINE" ] || { booked state && first_line "$FILE"; } # it may be written at this moment
    WORD=$LINE
    case $WORD in
    applying | applied | pending | undoing | undone | confirmed | broken) ;;
    *) WORD=applying ;; # somebody wrote into it: its process puts it right, or a rollback ends it
    esac
}
set_state() { # fails where neither the disk nor the memory takes it: the books say then what they did
    STAGE=$1
    keep state "$1" || return 1
    log "state $1"
    wake_waiter
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
    [ $# -eq 3 ] && [ "$3" = "$BOOT" ] && is_number "$1" && started_at "$1" && [ "$STARTED" = "$2" ]
}
is_alive_in() { # FILE that a process wrote its words to
    first_line "$1"
    # shellcheck disable=SC2086  # three words
    is_alive $LINE
}
whoami_words() { # sets ME
    started_at $$
    ME="$$ $STARTED $BOOT"
}
runner_alive() {
    booked runner
    is_alive_in "$FILE"
}
is_at_work() { # the process of the change in DIR, or the one that is about to start it
    booked runner
    [ -f "$FILE" ] || booked preparer
    is_alive_in "$FILE"
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
wake_waiter() { [ ! -f "$WORK/waiter" ] || wake "$WORK/waiter"; }
look() { # ID: sets ID, DIR, WORK and NOW, what has become of that commit
    ID=$1
    state_of "$ID"
    save
    NOW=$WORD
    case $NOW in
    none) # its snapshot is being taken
        [ -d "$WORK" ] && is_at_work && NOW=applying
        return 0
        ;;
    undone | confirmed | broken) return 0 ;;
    esac
    is_at_work && return 0
    # its process may have finished between the two looks
    state_of "$ID"
    NOW=$WORD
    case $NOW in undone | confirmed | broken) return 0 ;; esac
    booked boot
    first_line "$FILE"
    if [ -n "$LINE" ] && [ "$LINE" != "$BOOT" ]; then
        NOW=undone
        keep reason "the router was restarted before the confirmation" && set_state undone
    else
        NOW=orphan
    fi
}
current() { # the change that is at work, pending or orphaned: sets ID, DIR, NOW
    newer "$STATE/current" "$RUN/current"
    first_line "$FILE"
    ID=$LINE
    is_id "$ID" || return 1
    look "$ID"
    case $NOW in applying | applied | pending | undoing | orphan) ;; *) return 1 ;; esac
}

take_lock() { # OWNER: fails with 1 when another has it, with 2 when it cannot be written
    mine=$LOCK.$$
    whoami_words
    if ! { mkdir "$mine" && echo "$ME" >"$mine/holder" && echo "$1" >"$mine/owner"; } 2>/dev/null; then
        rm -rf "$mine" 2>/dev/null
        return 2
    fi
    for _ in 1 2 3; do
        mv -T "$mine" "$LOCK" 2>/dev/null && return 0 # a directory is not put over one that has files
        [ -d "$LOCK" ] || break
        is_alive_in "$LOCK/holder" && break
        holder=$LINE
        log "stale lock of ${holder:-nobody}"
        if mv -T "$LOCK" "$LOCK.$$.stale" 2>/dev/null; then
            first_line "$LOCK.$$.stale/holder"
            if [ "$LINE" = "$holder" ]; then
                rm -rf "$LOCK.$$.stale"
            else # somebody else took it in between: give it back
                mv -T "$LOCK.$$.stale" "$LOCK"
            fi
        fi
    done
    rm -rf "$mine"
    [ -d "$LOCK" ] || return 2
    return 1
}
hand_lock() { started_at "$1" && write_whole "$LOCK/holder" "$1 $STARTED $BOOT"; }
drop_lock() { # [FILE...]: if it is still ours; these files go before it
    first_line "$LOCK/holder"
    [ "${LINE%% *}" != $$ ] || set -- "$@" "$LOCK"
    [ $# -eq 0 ] || rm -rf "$@" 2>/dev/null
}
say_locked() {
    record "status=locked" "age=$(($(date +%s) - $(stat -c %Y "$LOCK" 2>/dev/null || date +%s)))"
    texts "$LOCK/owner"
}
lock_or_say() { # OWNER: ends with the answer when there is no lock to be had
    patience=50
    asked=$ID
    until take_lock "$1"; do
        [ $? -ne 2 ] || { say_storage && exit 0; }
        patience=$((patience - 1))
        # who has said how its change ended is about to give the lock back
        if current || [ $patience -eq 0 ] || ! is_id "$ID" || ! runner_has_lock; then
            say_locked
            exit 0
        fi
        sleep 0.1
    done
    ID=$asked
}
runner_has_lock() { # the process of the change in DIR
    booked runner
    first_line "$FILE"
    runner=$LINE
    first_line "$LOCK/holder"
    [ "$LINE" = "$runner" ] || [ -z "$LINE" ]
}

# FRR keeps a file for each of its daemons with the number of its process, and leaves it when that is killed.
living() { # sets DAEMONS, those of FRR that run, "" where FRR keeps no such files
    DAEMONS=
    for file in /run/frr/*.pid; do
        first_line "$file"
        daemon=${file##*/}
        daemon=${daemon%.pid}
        is_number "$LINE" && started_at "$LINE" || continue
        case $stat in *"($daemon)"*) DAEMONS="$DAEMONS $daemon" ;; esac
    done
    DAEMONS=${DAEMONS# }
}
read_running() { # DIRECTORY [SCRIPT]: with a script for vtysh, run it first, in the same process
    # fails when what was read could not be written whole
    [ -d "$1" ] || mkdir -p "$1" 2>/dev/null || return 1
    if [ -n "${2:-}" ] && [ -s "$2" ]; then
        # starting vtysh is most of what it costs; a line refused ends it before "show", not before other lines
        print_to "${2##*/}" all err out
        timeout "$STEP_TIMEOUT" vtysh -c "copy $2 running-config" -c 'show running-config' -c "$ASK_ZEBRA" >"$ALL" 2>"$ERR"
        split_running "$1" "$ALL" >"$OUT" 2>/dev/null
        ran=$?
    else
        ran=1
    fi
    # of what is checked for duplicates meanwhile zebra is not to hear later than this
    ip -d -j addr show >"$1/linux" 2>/dev/null
    if [ $ran -ne 0 ]; then
        printf '' >"$1/error" || return 1
        timeout 60 vtysh -c 'show running-config' -c "$ASK_ZEBRA" 2>>"$1/error" | split_running "$1" - >>"$1/error"
    fi 2>/dev/null
    # what opens opens last: see close_filter()
    [ -z "$OPENS" ] || load_filter "$OPENS" || return 1
    read_linux "$1" && takes_data "$1"
}
read_linux() { # DIRECTORY
    given=$RUN/interfaces
    [ -f $given ] || given=$INTERFACES
    [ ! -f $given ] || cp $given "$1/interfaces" 2>/dev/null || return 1
    read -r name </proc/sys/kernel/hostname
    living
    { echo "$name" >"$1/hostname" && echo "$DAEMONS" >"$1/daemons"; } 2>/dev/null || return 1
    ip -j -f mpls netconf show >"$1/labels" 2>/dev/null
    read_ipsec "$1"
    read_filter "$1"
}
# Policies have no keys. Of associations the words that are said are picked one by one, so that a key is in none,
# even if this ip did not know "nokeys"; one without an algorithm is still being agreed on.
read_ipsec() { # DIRECTORY: what the kernel has of IPsec in DIRECTORY/ipsec, which is not there where it has none
    [ -d /sys/module/xfrm_user ] || [ -d /sys/module/af_key ] || [ ! -e /proc/modules ] || return 0
    ip -o xfrm policy list >"$1/listed" 2>&1
    [ -s "$1/listed" ] || return 0 # keys alone hold no packet and let none pass
    {
        awk '/^src / { print "policy " $0; next } { print "unread " $0 }' "$1/listed"
        ip -o xfrm state list nokeys 2>&1 | awk '
            !/^src / { print "unread associations"; next }
            { gsub(/\\/, " "); said = ""; for (i = 1; i < NF && $i != "sel"; i += 1) {
                if ($i ~ /^(src|dst|proto|mode)$/ && !((NR, $i) in told)) { told[NR, $i]; said = said " " $i " " $(i + 1) }
                if ($i == "enc" || $i == "aead") { said = said " cipher " $(i + 1); break }
              } print "keys" said }' | sort -u
        for switch in /proc/sys/net/ipv4/conf/*/disable_policy /proc/sys/net/ipv4/conf/*/disable_xfrm; do
            value=
            { read -r value <"$switch"; } 2>/dev/null || : # the kernel gives a shell that reads by octets the first
            [ "$value" = 0 ] || [ ! -e "$switch" ] || echo "switch $switch $value"
        done
    } >"$1/ipsec" 2>/dev/null
}
may_filter() { # whether there is nft, and a kernel that has what it needs: where not, nothing is filtered
    command -v nft >/dev/null && { [ -d /sys/module/nf_tables ] || [ ! -e /proc/modules ]; }
}
read_filter() { # DIRECTORY: the kernel's ruleset in DIRECTORY/filter, which is not there without one
    may_filter || return 0
    if ! nft -s list ruleset >"$1/listed" 2>>"$1/error"; then
        rm -f "$1/frr" # half of what runs is nothing that runs
        return 0
    fi
    [ -s "$1/listed" ] || return 0
    # what packets put into a set is no configuration
    awk '/^\t(set|map) / { dynamic = 0 } /^\t\tflags .*dynamic/ { dynamic = 1 } /^\t\telements = / && dynamic { seen = 1 }
        !seen { print } seen && /}$/ { seen = 0 }' "$1/listed" >"$1/filter" 2>/dev/null
}
read_here() { read_running "$PLACE"; }
running_in() { # DIRECTORY: sets RUNNING, the files that say what runs
    RUNNING="$1/hostname $1/daemons $1/interfaces $1/linux $1/labels $1/ipsec $1/filter $1/zebra $1/frr"
}
can_be_read() { # DIRECTORY: sets STATUS
    STATUS=failed
    [ ! -s "$1/frr" ] || STATUS=ok
}
install_text() { # SOURCE TARGET: whole or not at all, owner and mode as before
    cmp -s "$1" "$2" && return 0
    [ ! -L "$2.egovnet" ] || rm -f "$2.egovnet"
    if [ -e "$2" ]; then
        cp --attributes-only --preserve=mode,ownership "$2" "$2.egovnet" && cat "$1" >"$2.egovnet"
    else
        cp "$1" "$2.egovnet" && chmod 644 "$2.egovnet"
    fi && sync "$2.egovnet" && { mv "$2.egovnet" "$2" 2>/dev/null || write_in_place "$2.egovnet" "$2"; } && return 0
    rm -f "$2.egovnet"
    return 1
}
write_in_place() { # a file that is mounted by itself, as in a container, cannot be replaced: see mark()
    # not emptied first, so that what it has on the disk is taken by nobody else
    cat "$1" 1<>"$2" && truncate --reference="$1" "$2" && sync "$2" && rm -f "$1"
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
same_frr() { # what could not be read or written is the same as nothing
    [ -s "$1" ] && [ -s "$2" ] &&
        canonical "$1" >"$ROOM/canonical.1" &&
        canonical "$2" >"$ROOM/canonical.2" &&
        cmp -s "$ROOM/canonical.1" "$ROOM/canonical.2"
}
