# What a session asks of the process of a commit, and how it waits for it; how that process is started, and
# taken up where it was killed; watches and checks, which need none.

ask() { # REQUEST: one at a time, never over another; 1: another's is there, 2: it cannot be written
    ANSWERED=yes # as long as nothing was asked by a file
    if ! { echo "$1" >"$WORK/request.$$"; } 2>/dev/null; then
        rm -f "$WORK/request.$$" 2>/dev/null
        case $1 in abort*) call_back && return 0 ;; esac
        return 2
    fi
    asked=2
    for _ in 1 2 3; do
        ln "$WORK/request.$$" "$WORK/request" 2>/dev/null && asked=0 && break
        [ ! -e "$WORK/request" ] || { asked=1 && break; }
    done
    # who takes a request writes so into it, and then takes it away: see taken()
    # (exec by itself would end the shell where somebody took the file away)
    [ $asked -ne 0 ] || { ANSWERED= && command exec 9<"$WORK/request.$$"; } 2>/dev/null
    rm -f "$WORK/request.$$"
    case "$asked $1" in
    "0 "*) wake_runner ;;
    "2 abort"*) call_back && return 0 ;;
    esac
    return $asked
}
wake_runner() {
    booked runner
    [ ! -f "$FILE" ] || wake "$FILE"
}
call_back() { # to the process of the change, where nothing can be written: it goes back
    runner_alive && kill -USR2 "${LINE%% *}" 2>/dev/null
}
begin_waiting() { # of several who wait for one commit the last is woken up, the others look
    trap WOKEN=yes USR1
    whoami_words
    # half of these words are nobody's: who reads them then wakes up nobody
    { echo "$ME" >"$WORK/waiter"; } 2>/dev/null || return 0 # not woken up, it looks each second
}
wait_while() { # STATES...: until the change is in none of them, or its process is gone
    begin_waiting
    while WOKEN= && state_of "$ID"; do
        case " $* " in *" $WORD "*) ;; *) return 0 ;; esac
        runner_alive || return 0
        pause 1
        # its process waits for a place to write to: who asks is not to wait with it
        [ -n "$WOKEN" ] || takes_data "$DIR" || takes_data "$WORK" || { say_storage && exit 0; }
    done
}
wait_answer() { # until the request is taken up, or its process is gone; fails where somebody took it away
    begin_waiting
    while WOKEN= && [ -f "$WORK/request" ]; do
        runner_alive || return 0
        pause 0.2
        wake_runner
    done
    while [ -z "$ANSWERED" ]; do
        LINE=
        { read -r LINE <&9; } 2>/dev/null || { ! runner_alive && return 0; } || return 1
        [ "$LINE" != taken ] || ANSWERED=yes
    done
    { command exec 9<&-; } 2>/dev/null # it is not for the processes that are started from here
    return 0
}
ask_while() { # STATE REQUEST: fails when the commit is not (any more) in that state; NOW says in which
    while look "$ID" && [ "$NOW" = "$1" ]; do
        ask "$2"
        asked=$?
        [ $asked -ne 2 ] || { say_storage && exit 0; }
        # with 1 somebody else's request, or the timer, was first
        wait_answer && [ $asked -eq 0 ] && return 0
    done
    return 1
}
left_of() { # sets LEFT, seconds until the pending change goes back
    LEFT=0
    first_line "$WORK/deadline"
    is_number "$LINE" || return 0
    uptime_s
    LEFT=$((LINE - UPTIME))
}
say_change() {
    look "$ID"
    left_of
    record "status=$NOW" "change=$ID" "left=$LEFT"
    case $NOW in none | orphan)
        why="its process ended before its time"
        [ -d "$DIR" ] && [ -d "$WORK" ] || why="$why: somebody took away $WORK or $DIR, which is gone"
        say_words reason "$why"
        ;;
    esac
    set --
    for name in reason mended trouble owner; do
        booked $name
        set -- "$@" "$FILE"
    done
    for name in withdraw.out withdraw.err provide.out provide.err linux.out check.out reload.out \
        undo-linux.out; do
        FILE=$WORK/$name
        [ -f "$FILE" ] || FILE=$DIR/$name
        set -- "$@" "$FILE"
    done
    RUNNING=
    for place in "$WORK/after" "$DIR/room/after"; do
        [ ! -d "$place" ] || { running_in "$place" && break; }
    done
    # shellcheck disable=SC2086  # names without white space
    texts $RUNNING "$@" "$WORK/steps"
}
say_state() { # [WORD] of ID as NOW says, and why it is so; nothing of the configuration
    LEFT=0
    [ "$NOW" != pending ] || left_of
    record "status=$NOW" "change=$ID" "left=$LEFT" "$@"
    say_why owner
}
say_why() { # [NAME]: and why it is so
    set -- "$@" reason mended trouble
    for name; do
        shift
        booked "$name"
        set -- "$@" "$FILE"
    done
    texts "$@"
}
prepare() { # who is about to start the process of the change in DIR
    whoami_words
    forget runner request
    keep preparer "$ME" && keep boot "$BOOT"
}
start_runner() { # MODE ARGUMENT...: fails when nobody could be told which process it is
    [ -r "$0" ] || return 1
    into=$WORK/said # not on the disk: no file there is to stay open as long as a commit is pending
    { printf '' >>"$into"; } 2>/dev/null || into=/dev/null
    setsid sh "$0" "$@" "$ID" </dev/null >>"$into" 2>&1 &
    runner=$!
    started_at $runner && hand_lock $runner && keep runner "$runner $STARTED $BOOT" && return 0
    kill -9 $runner 2>/dev/null # it waits to be known, and did nothing yet
    wait $runner 2>/dev/null
    forget runner
    return 1
}
wait_handed() { # in a new runner: until everybody knows it
    trap '' HUP
    trap WOKEN=yes USR1
    trap 'WOKEN=yes CALLED_BACK=yes' USR2
    uptime_s
    until=$((UPTIME + HANDED_IN))
    while booked runner && first_line "$FILE" && [ "${LINE%% *}" != $$ ]; do
        uptime_s
        if [ "$UPTIME" -ge "$until" ]; then
            log "nobody was told of process $$: it ends"
            exit 1
        fi
        sleep 0.02
    done
    begin_process
}
end_process() {
    drop_lock "$DIR/reserve"
}
end_session() { # of a runner that was killed: what it had started must not go on beside its undoing
    booked runner
    [ -f "$FILE" ] && read -r leader _ boot <"$FILE" || return 0
    is_number "$leader" && [ "$boot" = "$BOOT" ] && ! started_at "$leader" || return 0
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
        kind=
        ID=
        boot=
        read -r kind ID boot <"$STATE/mark" || :
        case $kind in before | after) ;; *) ID= ;; esac
        if ! is_id "$ID"; then # it was never written whole, so nothing was begun under it
            log "no mark: $kind $ID $boot"
            rm -f "$STATE/mark" || return 0
            continue
        fi
        state_of "$ID"
        if is_at_work; then
            [ "$kind" = after ] || return 0
            sleep 0.1
            continue
        fi
        if [ "$boot" = "$BOOT" ]; then
            case $kind.$WORD in
            *.undone | *.confirmed | after.broken) # it ended well, and could not take its mark away
                rm -f "$STATE/mark" 2>/dev/null || return 0
                continue
                ;;
            before.*) return 0 ;; # one that was killed is for a rollback to take up: until then an orphan
            esac
        fi
        if ! take_lock "the router itself, completing $ID"; then
            sleep 0.1
            continue
        fi
        state_of "$ID"
        if [ ! -f "$STATE/mark" ] || [ "$WORD" = none ] || [ "$kind $WORD" = "before confirmed" ]; then
            rm -f "$STATE/mark" # nothing was begun under it
            drop_lock
            continue
        fi
        log "going on with $kind, cut off in boot $boot"
        end_session
        word=undoing
        [ "$kind" = before ] || word=applying
        if ! { prepare && set_state $word && keep_current "$ID" &&
            start_runner heal "$kind" "$boot"; }; then
            drop_lock
            return 0 # the next who asks tries again
        fi
        wait_while applying undoing
    done
}
end_watch() { # DIRECTORY: a capture writes what it has when it ends, which is waited for
    for process in "$1"/*.process; do
        is_alive_in "$process" && kill "${LINE%% *}" 2>/dev/null
    done
    looks=50
    for process in "$1"/*.process; do
        while [ $looks -gt 0 ] && is_alive_in "$process"; do
            looks=$((looks - 1))
            sleep 0.02
        done
    done
}
drop_watches() { # nobody asked for what they saw, and they are over; sets WATCHES, how many are not
    WATCHES=0
    for old in "$RUN"/watch.*; do
        alive=
        for process in "$old"/*.process; do
            [ ! -f "$process" ] || ! is_alive_in "$process" || alive=yes
        done
        if [ -n "$alive" ]; then WATCHES=$((WATCHES + 1)); else rm -rf "$old"; fi
    done
}
# Whether vtysh takes a text is said by the text and by vtysh alone: the last one that it took without a
# word is not given to the same vtysh again. Most texts are asked about every night, and stay as they are.
check_candidate() { # sets RESULT
    RESULT=0
    for program in /usr/sbin/vtysh /usr/bin/vtysh /sbin/vtysh /bin/vtysh; do # as in PATH
        [ ! -x "$program" ] || break
    done
    { sha256sum <"$PLACE/candidate" && stat -L -c '%d %i %s %Y %Z' "$program"; } >"$PLACE/digests"
    sum=
    of=
    { read -r sum _ && read -r of; } <"$PLACE/digests"
    first_line "$STATE/checked"
    [ -z "$of" ] || [ "$LINE" != "$sum $of" ] || return 0
    timeout 60 vtysh -C -f "$PLACE/candidate" >"$PLACE/check.out" 2>"$PLACE/check.err"
    RESULT=$?
    if [ $RESULT -eq 0 ] && [ ! -s "$PLACE/check.out" ] && [ ! -s "$PLACE/check.err" ]; then
        write_whole "$STATE/checked" "$sum $of" # else it is checked once more
    fi
}
