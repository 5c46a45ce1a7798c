#!/bin/sh
# The part of the FRR driver that lives on the router. POSIX sh; needs coreutils, awk, vtysh, ifupdown2.
#
# A commit is a process of its own session, so that it outlives the connection that started it:
#
#   commit -> applying -> applied -> (accept 0)  confirmed
#                            |         (accept S)  pending -> (confirm) confirmed
#                            |                        `-> timer or rollback -> undoing -> undone
#                            `-> nobody accepted in time, abort, or a step failed -> undoing -> undone
#                                                                                      `-> broken
# What would start at boot (/etc/frr/frr.conf, /etc/network/interfaces, /etc/hostname) is written on the
# way to "confirmed" only.
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
state_of() { [ -f "$1/state" ] && cat "$1/state" || echo none; }
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

take_lock() { # OWNER
    for _ in 1 2 3; do
        if mkdir "$STATE/lock" 2>/dev/null; then
            echo "$$ $(started_at $$) $BOOT" >"$STATE/lock/holder"
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
install_text() { # SOURCE TARGET: whole or not at all, owner and mode as before
    cp "$1" "$2.egovnet" || return 1
    if [ -e "$2" ]; then
        chown --reference="$2" "$2.egovnet" && chmod --reference="$2" "$2.egovnet"
    else
        chmod 644 "$2.egovnet"
    fi && sync "$2.egovnet" && mv "$2.egovnet" "$2"
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

timed() { # STEP COMMAND...: log the step with its seconds, keep its result
    step=$1
    shift
    read -r begin _ </proc/uptime
    "$@"
    result=$?
    read -r finish _ </proc/uptime
    echo "$step $begin $finish $result" >>"$DIR/steps"
    log "$step result $result"
    return $result
}
run_vtysh() { # FILE: lines refused are in FILE.err, for the controller to judge
    [ -s "$DIR/$1" ] || return 0
    timed "$1" timeout "$STEP_TIMEOUT" vtysh -f "$DIR/$1" >"$DIR/$1.out" 2>"$DIR/$1.err"
}
apply_linux() { # FILE
    install_text "$1" $INTERFACES &&
        timeout "$STEP_TIMEOUT" ifreload -a >"$DIR/linux.out" 2>&1 &&
        tell_zebra
}
# zebra 8.4 can miss the addresses of an interface that is made again under its old name: the text
# is right, and the VRF has no connected route. What a VRF's port has in the kernel and not in
# zebra is given to it again; backbone ports are in no VRF and so never touched.
tell_zebra() {
    for _ in 1 2 3; do
        timeout 60 vtysh -d zebra -c 'show interface vrf all' >"$DIR/zebra" 2>/dev/null || return 0
        ip -o link show type vrf | while IFS=': ' read -r _ vrf _; do
            [ "$vrf" = mgmt ] || ip -o addr show vrf "$vrf" scope global
        done | awk 'NR == FNR { if ($1 ~ /^inet6?$/) known[$2]; next } !($4 in known) { print $2, $4 }' \
            "$DIR/zebra" - >"$DIR/unknown"
        [ -s "$DIR/unknown" ] || return 0
        sleep 0.3
    done
    while read -r port address; do
        log "zebra missed $address on $port: given again"
        ip addr del "$address" dev "$port" && ip addr add "$address" dev "$port"
    done <"$DIR/unknown"
    return 0
}
check_linux() { timeout "$STEP_TIMEOUT" ifquery --check -a >"$DIR/check.out" 2>&1; }
apply_name() { hostname "$(cat "$1")"; }

change_linux() {
    if ! timed linux apply_linux "$DIR/new.interfaces"; then
        echo "ifreload failed" >"$DIR/reason"
        return 1
    fi
    # until it is confirmed, a reboot is to come back with the old text
    cp "$DIR/new.interfaces" $RUN/interfaces
    install_text "$DIR/before/interfaces" $INTERFACES
}
apply() {
    run_vtysh withdraw
    if [ -f "$DIR/new.interfaces" ]; then
        change_linux || return 1
    fi
    [ -f "$DIR/new.hostname" ] && timed name apply_name "$DIR/new.hostname"
    return 0
}
provide() { # and read back
    rm -rf "$DIR/after"
    timed "$1" read_running "$DIR/after" "$DIR/$1"
}
undo() { # REASON
    set_state undoing
    [ -f "$DIR/reason" ] || echo "$1" >"$DIR/reason"
    log "going back: $1"
    run_vtysh undo.withdraw
    trouble=
    if [ -f "$DIR/new.interfaces" ]; then
        timed undo-linux apply_linux "$DIR/before/interfaces" || trouble="ifreload failed"
        timed undo-check check_linux || trouble="${trouble:-ifquery --check failed}"
        rm -f $RUN/interfaces
    fi
    [ -f "$DIR/new.hostname" ] && apply_name "$DIR/before/hostname"
    provide undo.provide
    if ! same_frr "$DIR/before/frr" "$DIR/after/frr"; then
        timed undo-reload reload_frr "$DIR/before/frr"
        provide none
        same_frr "$DIR/before/frr" "$DIR/after/frr" || trouble="${trouble:-FRR differs from the snapshot}"
    fi
    if [ -n "$trouble" ]; then
        echo "$trouble" >"$DIR/trouble"
        set_state broken
    else
        set_state undone
    fi
}
reload_frr() { # FILE
    sed -e '/^Building configuration/d' -e '/^Current configuration/d' -e '/^end$/d' "$1" >"$DIR/reload.conf"
    timeout "$STEP_TIMEOUT" /usr/lib/frr/frr-reload.py --reload "$DIR/reload.conf" >"$DIR/reload.out" 2>&1
    # frr-reload.py writes the start-up file: that is for the confirmation to do
    [ ! -f "$DIR/before/startup" ] || install_text "$DIR/before/startup" $FRR_CONF
}
make_permanent() { # DIRECTORY with hostname, interfaces, frr
    install_text "$1/interfaces" $INTERFACES
    rm -f $RUN/interfaces
    install_text "$1/hostname" /etc/hostname
    awk '/^frr version/ { on = 1 } on && !/^end$/ && NF' "$1/frr" >"$DIR/startup.new"
    install_text "$DIR/startup.new" $FRR_CONF
}
finish() {
    timed permanent make_permanent "$DIR/after"
    echo "$ID" >"$STATE/last"
    set_state confirmed
}
prune() {
    # shellcheck disable=SC2012  # the names are ours: digits and letters
    ls -1t "$STATE/changes" | tail -n +$KEEP | while read -r old; do rm -rf "$STATE/changes/$old"; done
}

next_request() { # DEADLINE INTERVAL: "accept 60", "abort", ... or "timeout"
    while [ ! -f "$DIR/request" ]; do
        if [ "$(uptime_s)" -ge "$1" ]; then
            # a request that arrives now is too late: take the place of one
            (set -C && : >"$DIR/request") 2>/dev/null && REQUEST=timeout && return
        fi
        sleep "$2"
    done
    REQUEST=$(cat "$DIR/request")
    rm -f "$DIR/request"
}
run_change() { # ACCEPT_SECONDS
    set_state applying
    if ! apply; then
        undo failed
        return
    fi
    provide provide
    set_state applied
    patience=$1
    deadline=$(($(uptime_s) + patience))
    while :; do
        next_request "$deadline" 0.1
        # shellcheck disable=SC2086  # words
        set -- $REQUEST
        case ${1:-} in
        accept)
            if [ "$2" -eq 0 ]; then finish; else wait_for_confirmation "$2"; fi
            return
            ;;
        correct)
            run_vtysh withdraw
            # ifreload may end well and have done half: a race in its cache, seen on a busy router
            [ ! -f "$DIR/again" ] || { rm -f "$DIR/again" && change_linux; }
            provide provide
            set_state applied
            deadline=$(($(uptime_s) + patience))
            ;;
        reload)
            timed reload reload_frr "$DIR/new.frr"
            provide none
            set_state applied
            deadline=$(($(uptime_s) + patience))
            ;;
        abort) undo "${REQUEST#abort }" && return ;;
        timeout) undo "the controller did not answer in time" && return ;;
        esac
    done
}
wait_for_confirmation() { # SECONDS
    end=$(($(uptime_s) + $1))
    echo "$end" >"$DIR/deadline"
    set_state pending
    while :; do
        next_request "$end" 0.3
        case $REQUEST in
        confirm) finish && return ;;
        rollback) undo "rolled back" && return ;;
        timeout) undo "nobody confirmed in time" && return ;;
        esac
    done
}

current() { # the change that is at work or pending: sets ID, DIR, NOW; the state is "orphan" when its process is dead
    ID=$(cat "$STATE/current" 2>/dev/null) && [ -n "$ID" ] || return 1
    DIR=$STATE/changes/$ID
    NOW=$(state_of "$DIR")
    case $NOW in
    applying | applied | pending | undoing) ;;
    *) return 1 ;;
    esac
    # shellcheck disable=SC2046  # three words
    is_alive $(cat "$DIR/runner" 2>/dev/null) && return 0
    # its process may have finished between the two looks
    NOW=$(state_of "$DIR")
    case $NOW in applying | applied | pending | undoing) ;; *) return 1 ;; esac
    read -r _ _ boot <"$DIR/runner" 2>/dev/null || boot=
    if [ "${boot:-$BOOT}" != "$BOOT" ]; then
        echo "the router was restarted before the confirmation" >"$DIR/reason"
        set_state undone
        return 1
    fi
    NOW=orphan
}
ask() { # REQUEST: one at a time, never over another
    echo "$1" >"$DIR/request.$$"
    ln "$DIR/request.$$" "$DIR/request" 2>/dev/null
    asked=$?
    rm -f "$DIR/request.$$"
    return $asked
}
wait_while() { # STATES...: until the change is in none of them, or its process is gone
    while :; do
        now=$(state_of "$DIR")
        case " $* " in *" $now "*) ;; *) return 0 ;; esac
        # shellcheck disable=SC2046  # three words
        is_alive $(cat "$DIR/runner" 2>/dev/null) || return 0
        sleep 0.05
    done
}
wait_answer() { # until the request is taken up and dealt with
    while [ -f "$DIR/request" ]; do
        # shellcheck disable=SC2046  # three words
        is_alive $(cat "$DIR/runner" 2>/dev/null) || return 0
        sleep 0.05
    done
}
say_change() {
    left=0
    [ -f "$DIR/deadline" ] && left=$(($(cat "$DIR/deadline") - $(uptime_s)))
    record "status=$(state_of "$DIR")" "change=$ID" "left=$left"
    for name in reason trouble steps owner withdraw.out withdraw.err provide.out provide.err linux.out check.out reload.out; do
        text $name "$DIR/$name"
    done
    [ -d "$DIR/after" ] && say_running "$DIR/after"
}
start_runner() { # MODE ARGUMENT
    setsid sh "$0" "$@" "$ID" </dev/null >>"$STATE/log" 2>&1 &
    runner=$!
    echo "$runner $(started_at $runner) $BOOT" >"$DIR/runner"
    hand_lock $runner
}

verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
read)
    place=$(mktemp -d "$RUN/read.XXXXXX")
    read_running "$place"
    # SSH_CONNECTION is lost under sudo: then the caller says it
    record "status=$([ -s "$place/frr" ] && echo ok || echo failed)" "server=$(echo "${SSH_CONNECTION:-}" | cut -d' ' -f3)"
    say_running "$place"
    text error "$place/frr.err"
    rm -rf "$place"
    ;;
check) # NONCE
    place=$(mktemp -d "$RUN/check.XXXXXX")
    unpack "$1" "$place"
    timeout 60 vtysh -C -f "$place/candidate" >"$place/check.out" 2>"$place/check.err"
    result=$?
    read_running "$place/now"
    record "status=$([ -s "$place/now/frr" ] && echo ok || echo failed)" "result=$result" "server=$(echo "${SSH_CONNECTION:-}" | cut -d' ' -f3)"
    text check.out "$place/check.out"
    text check.err "$place/check.err"
    say_running "$place/now"
    text error "$place/now/frr.err"
    rm -rf "$place"
    ;;
commit) # NONCE ID ACCEPT_SECONDS FINGERPRINT OWNER: the fingerprint is what the controller saw
    ID=$2
    accept=$3
    owner=$5
    if current; then
        record "status=busy" "change=$ID" "state=$NOW"
        text owner "$DIR/owner"
        exit 0
    fi
    ID=$2
    DIR=$STATE/changes/$ID
    if ! take_lock "$owner"; then
        say_locked
        exit 0
    fi
    mkdir "$DIR"
    unpack "$1" "$DIR"
    echo "$owner" >"$DIR/owner"
    date -u +%FT%TZ >"$DIR/date"
    log "commit by $owner"
    timed snapshot read_running "$DIR/before"
    [ -f $FRR_CONF ] && cp $FRR_CONF "$DIR/before/startup"
    seen=$(cat "$DIR/before/interfaces" "$DIR/before/frr" | sha256sum)
    if [ "${seen%% *}" != "$4" ]; then
        record "status=moved" "server=$(echo "${SSH_CONNECTION:-}" | cut -d' ' -f3)"
        say_running "$DIR/before"
        drop_lock
        rm -rf "$DIR"
        exit 0
    fi
    echo applying >"$DIR/state"
    echo "$ID" >"$STATE/current"
    prune
    start_runner run "$accept"
    wait_while applying undoing
    say_change
    ;;
run) # ACCEPT_SECONDS ID, detached
    ID=$2
    DIR=$STATE/changes/$ID
    trap '' HUP
    while [ ! -f "$DIR/runner" ]; do sleep 0.02; done
    run_change "$1"
    drop_lock
    ;;
correct) # NONCE ID
    current && [ "$ID" = "$2" ] || { record "status=gone"; exit 0; }
    unpack "$1" "$DIR"
    echo applying >"$DIR/state"
    ask correct
    wait_answer
    wait_while applying undoing
    say_change
    ;;
reload) # ID
    current && [ "$ID" = "$1" ] || { record "status=gone"; exit 0; }
    echo applying >"$DIR/state"
    ask reload
    wait_answer
    wait_while applying undoing
    say_change
    ;;
accept) # ID SECONDS
    if ! current || [ "$ID" != "$1" ] || [ "$NOW" != applied ] || ! ask "accept $2"; then
        ID=$1
        DIR=$STATE/changes/$ID
        wait_while undoing
        say_change
        exit 0
    fi
    wait_answer
    wait_while applied undoing
    say_change
    ;;
abort) # ID REASON
    if current && [ "$ID" = "$1" ]; then
        ask "abort $2"
        wait_answer
    fi
    ID=$1
    DIR=$STATE/changes/$ID
    wait_while applied applying undoing
    say_change
    ;;
confirm) # [ID]
    if ! current || { [ -n "${1:-}" ] && [ "$ID" != "$1" ]; } || [ "$NOW" != pending ] || ! ask confirm; then
        last=$(cat "$STATE/current" 2>/dev/null)
        if [ -n "$last" ]; then
            ID=$last
            DIR=$STATE/changes/$ID
            wait_while undoing
            record "status=not-pending" "change=$ID" "state=${NOW:-$(state_of "$DIR")}"
            text reason "$DIR/reason"
        else
            record "status=not-pending"
        fi
        exit 0
    fi
    wait_answer
    wait_while pending undoing
    say_change
    ;;
rollback) # OWNER
    if current; then
        if [ "$NOW" != orphan ]; then
            if [ "$NOW" = applied ]; then ask "abort rolled back"; else ask rollback; fi
            wait_answer
            wait_while applying applied pending undoing
            say_change
            exit 0
        fi
    else
        ID=$(cat "$STATE/last" 2>/dev/null)
        if [ -z "$ID" ] || [ ! -d "$STATE/changes/$ID" ]; then
            record "status=nothing"
            exit 0
        fi
        DIR=$STATE/changes/$ID
    fi
    if ! take_lock "$1"; then
        say_locked
        exit 0
    fi
    echo undoing >"$DIR/state"
    echo "$ID" >"$STATE/current"
    rm -f "$STATE/last" "$DIR/reason" "$DIR/runner" "$DIR/steps"
    start_runner run-undo rollback
    wait_while undoing
    say_change
    ;;
run-undo) # ID, detached
    ID=$2
    DIR=$STATE/changes/$ID
    trap '' HUP
    while [ ! -f "$DIR/runner" ]; do sleep 0.02; done
    undo "rolled back"
    [ "$(state_of "$DIR")" = undone ] && make_permanent "$DIR/before"
    drop_lock
    ;;
status)
    if current; then
        left=0
        [ -f "$DIR/deadline" ] && left=$(($(cat "$DIR/deadline") - $(uptime_s)))
        record "status=$NOW" "change=$ID" "left=$left"
        text owner "$DIR/owner"
    else
        ID=$(cat "$STATE/current" 2>/dev/null)
        record "status=idle" "change=${ID:-}" "state=$([ -n "$ID" ] && state_of "$STATE/changes/$ID")"
        [ -z "$ID" ] || text reason "$STATE/changes/$ID/reason"
    fi
    ;;
*)
    record "status=usage"
    exit 2
    ;;
esac
