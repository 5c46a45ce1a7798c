# What the controller asks of the router: the requests to a commit's process, the answers, the verbs.

ask() { # REQUEST: one at a time, never over another
    echo "$1" >"$DIR/request.$$"
    ln "$DIR/request.$$" "$DIR/request" 2>/dev/null
    asked=$?
    rm -f "$DIR/request.$$"
    [ $asked -ne 0 ] || wake_runner
    return $asked
}
wake_runner() { [ ! -f "$DIR/runner" ] || wake "$DIR/runner"; }
begin_waiting() { # of several who wait for one commit the last is woken up, the others look
    trap WOKEN=yes USR1
    whoami_words >"$DIR/waiter"
}
wait_while() { # STATES...: until the change is in none of them, or its process is gone
    begin_waiting
    while WOKEN= && state_of "$DIR"; do
        case " $* " in *" $WORD "*) ;; *) return 0 ;; esac
        is_alive_in "$DIR/runner" || return 0
        pause 1
    done
}
wait_answer() { # until the request is taken up, or its process is gone
    begin_waiting
    while WOKEN= && [ -f "$DIR/request" ]; do
        is_alive_in "$DIR/runner" || return 0
        pause 0.2
        wake_runner
    done
}
ask_while() { # STATE REQUEST: fails when the commit is not (any more) in that state; NOW says in which
    while look "$ID" && [ "$NOW" = "$1" ]; do
        if ask "$2"; then
            wait_answer
            return 0
        fi
        wait_answer # somebody else's request, or the timer, was first
    done
    return 1
}
left_of() { # sets LEFT, seconds until the pending change goes back
    LEFT=0
    first_line "$DIR/deadline"
    [ -n "$LINE" ] || return 0
    uptime_s
    LEFT=$((LINE - UPTIME))
}
say_change() {
    state_of "$DIR"
    left_of
    record "status=$WORD" "change=$ID" "left=$LEFT"
    set --
    for name in reason trouble steps owner withdraw.out withdraw.err provide.out provide.err linux.out check.out reload.out; do
        set -- "$@" "$DIR/$name"
    done
    if [ -d "$DIR/after" ]; then say_running "$DIR/after" "$@"; else texts "$DIR" "$@"; fi
}
say_state() { # [WORD] of ID as NOW says, and why it is so; nothing of the configuration
    LEFT=0
    [ "$NOW" != pending ] || left_of
    record "status=$NOW" "change=$ID" "left=$LEFT" "$@"
    [ ! -d "$DIR" ] || texts "$DIR" "$DIR/owner" "$DIR/reason" "$DIR/trouble"
}
prepare() { # who is about to start the process of the change in DIR
    whoami_words >"$DIR/preparer"
    rm -f "$DIR/runner" "$DIR/request"
}
start_runner() { # MODE ARGUMENT...
    setsid sh "$0" "$@" "$ID" </dev/null >>"$STATE/log" 2>&1 &
    runner=$!
    started_at $runner
    echo "$runner $STARTED $BOOT" >"$DIR/runner.new" && mv "$DIR/runner.new" "$DIR/runner"
    hand_lock $runner
}
wait_handed() { # in a new runner: until everybody knows it
    trap '' HUP
    trap WOKEN=yes USR1
    while [ ! -f "$DIR/runner" ]; do sleep 0.02; done
}
end_session() { # of a runner that was killed: what it had started must not go on beside its undoing
    [ -f "$DIR/runner" ] && read -r leader _ boot <"$DIR/runner" || return 0
    [ "$boot" = "$BOOT" ] && ! started_at "$leader" || return 0
    while members=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v leader="$leader" \
        '{ process = $1; sub(/.*\) /, ""); if ($4 == leader && $1 != "Z") print process }') && [ -n "$members" ]; do
        # shellcheck disable=SC2086  # numbers
        kill -9 $members 2>/dev/null
        sleep 0.05
    done
}
make_whole() { # what a restart, or kill -9, left half written: see mark()
    patience=100
    while [ -f "$STATE/mark" ] && [ $patience -gt 0 ]; do
        patience=$((patience - 1))
        read -r kind ID boot <"$STATE/mark" || return 0
        DIR=$STATE/changes/$ID
        if is_at_work; then
            [ "$kind" = after ] || return 0
            sleep 0.1
            continue
        fi
        # a process killed on its way back is for a rollback to take up: until then an orphan
        [ "$kind" = before ] && [ "$boot" = "$BOOT" ] && return 0
        if ! take_lock "the router itself, completing $ID"; then
            sleep 0.1
            continue
        fi
        state_of "$DIR"
        if [ ! -f "$STATE/mark" ] || [ "$WORD" = none ] || [ "$kind $WORD" = "before confirmed" ]; then
            rm -f "$STATE/mark" # nothing was begun under it
            drop_lock
            continue
        fi
        log "going on with $kind, cut off in boot $boot"
        end_session
        prepare
        if [ "$kind" = after ]; then set_state applying; else set_state undoing; fi
        echo "$ID" >"$STATE/current"
        start_runner heal "$kind" "$boot"
        wait_while applying undoing
    done
}

# Whether vtysh takes a text is said by the text and by vtysh alone: the last one that it took without a
# word is not given to the same vtysh again. Most texts are asked about every night, and stay as they are.
check_candidate() { # sets RESULT
    RESULT=0
    { sha256sum <"$PLACE/candidate" && stat -L -c '%d %i %s %Y %Z' "$(command -v vtysh)"; } >"$PLACE/digests"
    sum=
    of=
    { read -r sum _ && read -r of; } <"$PLACE/digests"
    first_line "$STATE/checked"
    [ -z "$of" ] || [ "$LINE" != "$sum $of" ] || return 0
    timeout 60 vtysh -C -f "$PLACE/candidate" >"$PLACE/check.out" 2>"$PLACE/check.err"
    RESULT=$?
    if [ $RESULT -eq 0 ] && [ ! -s "$PLACE/check.out" ] && [ ! -s "$PLACE/check.err" ]; then
        echo "$sum $of" >"$STATE/checked.$$" && mv "$STATE/checked.$$" "$STATE/checked"
    fi
}

is_number() { case $1 in "" | *[!0-9]* | ??????????*) return 1 ;; esac; }
bad_usage() {
    record "status=usage"
    exit 2
}

verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
read) # [DIGEST]: of texts that the caller has seen; they are not sent again
    own_place read
    read_running "$PLACE"
    say_running "$PLACE" >"$PLACE/said"
    sha256sum <"$PLACE/said" >"$PLACE/digest"
    seen=
    read -r seen _ <"$PLACE/digest"
    server
    can_be_read "$PLACE"
    record "status=$STATUS" "server=$SERVER" "seen=$seen"
    { [ -n "$seen" ] && [ "$seen" = "${1:-}" ]; } || cat "$PLACE/said"
    [ ! -s "$PLACE/error" ] || text error "$PLACE/error"
    rm -rf "$PLACE"
    ;;
check) # NONCE
    own_place check
    unpack "$1" "$PLACE"
    check_candidate
    read_running "$PLACE"
    server
    can_be_read "$PLACE"
    record "status=$STATUS" "result=$RESULT" "server=$SERVER"
    say_running "$PLACE" "$PLACE/check.out" "$PLACE/check.err" "$PLACE/error"
    rm -rf "$PLACE"
    ;;
commit) # NONCE ID ACCEPT_SECONDS FINGERPRINT OWNER: the fingerprint is what the controller saw
    is_id "$2" || bad_usage
    accept=$3
    owner=$5
    make_whole
    if current; then
        record "status=busy" "change=$ID" "state=$NOW"
        text owner "$DIR/owner"
        exit 0
    fi
    if ! take_lock "$owner"; then
        say_locked
        exit 0
    fi
    look "$2"
    if [ "$NOW" != none ]; then
        drop_lock
        record "status=known" "change=$ID" "state=$NOW"
        exit 0
    fi
    rm -rf "$DIR" # of one who died before it began
    mkdir "$DIR"
    prepare
    unpack "$1" "$DIR"
    echo "$owner" >"$DIR/owner"
    date -u +%FT%TZ >"$DIR/date"
    log "commit by $owner"
    timed snapshot read_running "$DIR/before"
    keep_startup
    seen=
    cat "$DIR/before/interfaces" "$DIR/before/frr" | sha256sum >"$DIR/seen"
    read -r seen _ <"$DIR/seen"
    if [ "$seen" != "$4" ]; then
        server
        record "status=moved" "server=$SERVER"
        say_running "$DIR/before"
        rm -rf "$DIR"
        drop_lock
        exit 0
    fi
    echo "$ID" >"$STATE/current"
    set_state applying
    prune
    start_runner run "$accept"
    wait_while applying undoing
    say_change
    ;;
run) # ACCEPT_SECONDS ID, detached
    ID=$2
    DIR=$STATE/changes/$ID
    wait_handed
    run_change "$1"
    drop_lock
    ;;
correct) # NONCE ID
    current && [ "$ID" = "$2" ] || { record "status=gone"; exit 0; }
    unpack "$1" "$DIR"
    ask_while applied correct
    wait_while applying undoing
    say_change
    ;;
reload) # ID
    current && [ "$ID" = "$1" ] || { record "status=gone"; exit 0; }
    ask_while applied reload
    wait_while applying undoing
    say_change
    ;;
accept) # ID SECONDS
    is_id "$1" || bad_usage
    look "$1"
    if ask_while applied "accept $2"; then wait_while applied undoing; else wait_while undoing; fi
    say_change
    ;;
abort) # ID REASON
    is_id "$1" || bad_usage
    look "$1"
    while [ "$NOW" = applied ] || [ "$NOW" = applying ]; do
        ask_while "$NOW" "abort $2" && break
    done
    wait_while applied applying undoing
    say_change
    ;;
state) # ID
    is_id "${1:-}" || bad_usage
    make_whole
    look "$1"
    say_state
    ;;
extend) # ID SECONDS
    { is_id "${1:-}" && is_number "${2:-}"; } || bad_usage
    make_whole
    ID=$1
    if ask_while pending "extend $2" || [ "$NOW" = undoing ]; then
        wait_while undoing
        look "$ID"
    fi # else what it was when it was asked: it may be pending only now, and is not extended
    say_state
    ;;
confirm) # [ID]: with one it may be asked again, without one something must be pending
    make_whole
    if [ -n "${1:-}" ]; then
        is_id "$1" || bad_usage
        ID=$1
        look "$ID"
        if [ "$NOW" = confirmed ]; then
            say_state already=yes
            exit 0
        fi
    elif ! current; then
        first_line "$STATE/current"
        ID=$LINE
        if [ -z "$ID" ]; then
            record "status=not-pending"
        else
            look "$ID"
            record "status=not-pending" "change=$ID" "state=$NOW"
            text reason "$DIR/reason"
        fi
        exit 0
    fi
    ask_while pending confirm && wait_while pending
    wait_while undoing
    look "$ID"
    if [ "$NOW" = confirmed ]; then
        say_state
    else
        record "status=not-pending" "change=$ID" "state=$NOW"
        text reason "$DIR/reason"
        text trouble "$DIR/trouble"
    fi
    ;;
rollback) # OWNER [ID]: with an id that commit only, without one what is open, else the last confirmed
    make_whole
    if [ -n "${2:-}" ]; then
        is_id "$2" || bad_usage
        look "$2"
        case $NOW in
        applied | pending | orphan) ;;
        none) # barred, so that a commit still on its way from a dead controller is refused
            if take_lock "$1"; then
                look "$2"
                if [ "$NOW" = none ]; then
                    rm -rf "$DIR"
                    mkdir "$DIR"
                    echo "$1" >"$DIR/owner"
                    echo "it was taken back before it began" >"$DIR/reason"
                    set_state undone
                    NOW=undone
                    prune
                fi
                drop_lock
            fi # else another's commit is at work: ask again later
            say_state
            exit 0
            ;;
        *)
            wait_while undoing
            look "$ID"
            say_state
            exit 0
            ;;
        esac
    elif ! current; then
        ID=$(cat "$STATE/last" 2>/dev/null)
        if [ -z "$ID" ] || [ ! -d "$STATE/changes/$ID" ]; then
            record "status=nothing"
            exit 0
        fi
        look "$ID"
    fi
    while [ "$NOW" = applying ] || [ "$NOW" = applied ] || [ "$NOW" = pending ]; do
        ask_while "$NOW" "abort rolled back" && wait_while applying applied pending
    done
    wait_while undoing
    look "$ID"
    # left are an orphan, and what was confirmed when no id was given
    if [ "$NOW" != orphan ] && { [ "$NOW" != confirmed ] || [ "$(cat "$STATE/last")" != "$ID" ] || [ -n "${2:-}" ]; }; then
        say_change
        exit 0
    fi
    found=$NOW
    if ! take_lock "$1"; then
        say_locked
        exit 0
    fi
    look "$ID"
    if [ "$NOW" != "$found" ]; then # another's rollback was first
        drop_lock
        say_change
        exit 0
    fi
    end_session
    [ "$NOW" = orphan ] || mark before
    prepare
    set_state undoing
    echo "$ID" >"$STATE/current"
    [ "$found" = orphan ] || rm -f "$STATE/last"
    rm -f "$DIR/reason" "$DIR/steps"
    start_runner run-undo
    wait_while undoing
    say_change
    ;;
run-undo) # ID, detached
    ID=$1
    DIR=$STATE/changes/$ID
    wait_handed
    undo "rolled back"
    drop_lock
    ;;
heal) # KIND BOOT ID, detached
    ID=$3
    DIR=$STATE/changes/$ID
    wait_handed
    heal "$1" "$2"
    drop_lock
    ;;
status)
    make_whole
    if current; then
        left_of
        record "status=$NOW" "change=$ID" "left=$LEFT"
        text owner "$DIR/owner"
    else
        first_line "$STATE/current"
        ID=$LINE
        WORD=
        [ -z "$ID" ] || state_of "$STATE/changes/$ID"
        record "status=idle" "change=$ID" "state=$WORD"
        [ -z "$ID" ] || text reason "$STATE/changes/$ID/reason"
    fi
    ;;
*) bad_usage ;;
esac
