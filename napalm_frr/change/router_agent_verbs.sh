# What the controller asks of the router: the requests to a commit's process, the answers, the verbs.

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
    write_whole "$WORK/waiter" "$ME" || return 0 # not woken up, it looks each second
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
    forget runner
    rm -f "$WORK/request" 2>/dev/null
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
    rm -f "$DIR/reserve" 2>/dev/null
    drop_lock
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
    { sha256sum <"$PLACE/candidate" && stat -L -c '%d %i %s %Y %Z' "$(command -v vtysh)"; } >"$PLACE/digests"
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


# What a commit needs is received, the router read and everything written that can be written before anything
# of the router is touched.
receive() { # NONCE
    [ ! -d "$DIR" ] || rm -rf "$DIR" # of one who died before it began
    [ ! -d "$WORK" ] || rm -rf "$WORK"
    drop_work
    mkdir -p "$WORK/made" "$DIR" 2>/dev/null && takes_data "$DIR" || return 1
    prepare || return 1
    unpack "$1" "$MADE" withdraw provide undo.withdraw undo.provide new.frr new.interfaces new.hostname \
        remade undo.remade new.filter
    case $? in 0) ;; 3) cut_off ;; 4) give_up && exit 0 ;; *) return 1 ;; esac
    timed snapshot read_running "$MADE/before" || return 1
    [ ! -f "$MADE/new.filter" ] || check_filter "$MADE/new.filter" || { say_filter && give_up && exit 0; }
    make_filter || return 1
    if [ -f "$MADE/filter.both" ] && ! check_filter "$MADE/filter.both"; then
        REFUSED="what it filters now cannot be loaded again beside it: $REFUSED"
        LINE=0
        say_filter && give_up && exit 0
    fi
    keep_startup || return 1
    seen=
    set -- "$MADE/before/interfaces" "$MADE/before/frr"
    [ ! -f "$MADE/before/filter" ] || set -- "$@" "$MADE/before/filter"
    cat "$@" | sha256sum >"$WORK/seen" 2>/dev/null
    read -r seen _ <"$WORK/seen" && [ -n "$seen" ]
}
say_filter() { # what check_filter said
    record "status=refused" "file=new.filter" "line=$LINE"
    say_words reason "$REFUSED"
}
cut_off() { # half of what was sent arrived: nobody waits for an answer
    log "the input was cut off"
    give_up
    echo "the input was cut off" >&2
    exit 1
}
settle_in() { # OWNER: on disk, with what a restart needs and with a place for what is to come
    cp -r "$MADE" "$DIR/made" 2>/dev/null && write_whole "$DIR/owner" "$1" &&
        { reserve || { drop_old 1 && reserve; }; } &&
        takes_data /etc/network && takes_data /etc/frr && rm -f /etc/network/.probe /etc/frr/.probe &&
        keep_current "$ID" && set_state applying
}
give_up() { # before anything of the router was touched
    rm -rf "$DIR" "$WORK" 2>/dev/null
    drop_lock
    return 0
}

{ [ $# -gt 0 ] && is_call "$@"; } || bad_usage
check_places
[ -d "$STATE/changes" ] && [ -d "$RUN" ] || mkdir -p "$STATE/changes" "$RUN" 2>/dev/null
verb=$1
shift
case $verb in
read) # [DIGEST]: of texts that the caller has seen; they are not sent again
    in_own_place read read_here || { say_storage && exit 0; }
    running_in "$PLACE"
    # shellcheck disable=SC2086  # names without white space
    heads $RUNNING
    # shellcheck disable=SC2086  # as above
    { echo "$HEADS" && cat $FILES; } | sha256sum >"$PLACE/digest"
    seen=
    read -r seen _ <"$PLACE/digest"
    can_be_read "$PLACE"
    record "status=$STATUS" "seen=$seen"
    if [ -z "$seen" ] || [ "$seen" != "${1:-}" ] || [ "$STATUS" != ok ]; then
        # shellcheck disable=SC2086  # as above
        [ ! -s "$PLACE/error" ] || heads $FILES "$PLACE/error"
        echo "%%texts$HEADS"
        # shellcheck disable=SC2086  # as above
        cat $FILES
    fi
    rm -rf "$PLACE"
    ;;
check) # NONCE
    in_own_place check true || { say_storage && exit 0; }
    unpack "$1" "$PLACE" candidate new.interfaces new.filter
    case $? in
    0) ;;
    3) rm -rf "$PLACE" && echo "the input was cut off" >&2 && exit 1 ;;
    4) rm -rf "$PLACE" && exit 0 ;;
    *) rm -rf "$PLACE" && say_storage && exit 0 ;;
    esac
    check_candidate
    read_running "$PLACE" || { rm -rf "$PLACE" && say_storage && exit 0; }
    can_be_read "$PLACE"
    if [ -f "$PLACE/new.filter" ] && ! check_filter "$PLACE/new.filter"; then
        say_filter
        rm -rf "$PLACE"
        exit 0
    fi
    record "status=$STATUS" "result=$RESULT"
    running_in "$PLACE"
    # shellcheck disable=SC2086  # as above
    texts $RUNNING "$PLACE/check.out" "$PLACE/check.err" "$PLACE/error"
    rm -rf "$PLACE"
    ;;
commit) # NONCE ID ACCEPT_SECONDS FINGERPRINT OWNER: the fingerprint is what the controller saw
    check_startup
    accept=$3
    owner=$5
    make_whole
    if current; then
        record "status=busy" "change=$ID" "state=$NOW"
        say_why owner
        exit 0
    fi
    lock_or_say "$owner"
    look "$2"
    if [ "$NOW" != none ]; then
        drop_lock
        record "status=known" "change=$ID" "state=$NOW"
        exit 0
    fi
    MADE=$WORK/made
    log "commit by $owner"
    if ! receive "$1"; then
        explain_storage # as it is now, not when its own files are gone
        give_up
        record "status=storage"
        say_words reason "$WHY"
        exit 0
    fi
    if [ "$seen" != "$4" ]; then
            can_be_read "$MADE/before"
        [ "$STATUS" != ok ] || STATUS=moved
        record "status=$STATUS"
        running_in "$MADE/before"
        # shellcheck disable=SC2086  # as above
        texts $RUNNING "$MADE/before/error"
        give_up
        exit 0
    fi
    newer "$STATE/current" "$RUN/current"
    first_line "$FILE"
    before=$LINE
    if ! settle_in "$owner" || ! start_runner run "$accept"; then
        explain_storage
        give_up
        [ -z "$before" ] || keep_current "$before"
        record "status=storage"
        say_words reason "$WHY"
        exit 0
    fi
    prune
    wait_while applying undoing
    say_change
    ;;
run) # ACCEPT_SECONDS ID, detached
    ID=$2
    state_of "$ID"
    wait_handed
    run_change "$1"
    end_process
    ;;
correct) # NONCE ID
    current && [ "$ID" = "$2" ] || { record "status=gone"; exit 0; }
    unpack "$1" "$WORK/made" withdraw provide new.interfaces again remade
    case $? in
    0) ;;
    3) echo "the input was cut off" >&2 && exit 1 ;;
    4) exit 0 ;;
    *) say_storage && exit 0 ;;
    esac
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
    look "$1"
    if ask_while applied "accept $2"; then wait_while applied undoing; else wait_while undoing; fi
    say_change
    ;;
abort) # ID REASON
    look "$1"
    while [ "$NOW" = applied ] || [ "$NOW" = applying ]; do
        ask_while "$NOW" "abort $2" && break
    done
    wait_while applied applying undoing
    say_change
    ;;
state) # ID
    make_whole
    look "$1"
    say_state
    ;;
extend) # ID SECONDS
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
        ID=$1
        look "$ID"
        if [ "$NOW" = confirmed ]; then
            say_state already=yes
            exit 0
        fi
    elif ! current; then
        if ! is_id "$ID"; then
            record "status=not-pending"
        else
            look "$ID"
            record "status=not-pending" "change=$ID" "state=$NOW"
            say_why
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
        say_why
    fi
    ;;
rollback) # OWNER [ID]: with an id that commit only, without one what is open, else the last confirmed
    make_whole
    if [ -n "${2:-}" ]; then
        look "$2"
        case $NOW in
        applied | pending | orphan) ;;
        broken) # once more, as long as nothing was changed since
            newer "$STATE/current" "$RUN/current"
            first_line "$FILE"
            [ "$LINE" = "$ID" ] || { say_state && exit 0; }
            ;;
        none) # barred, so that a commit still on its way from a dead controller is refused
            take_lock "$1"
            case $? in 2) say_storage && exit 0 ;; 1) say_state && exit 0 ;; esac # another's is at work: ask again later
            look "$2"
            if [ "$NOW" = none ]; then
                rm -rf "$DIR"
                mkdir -p "$DIR" 2>/dev/null
                keep owner "$1"
                keep reason "it was taken back before it began"
                set_state undone || { drop_lock && say_storage && exit 0; }
                NOW=undone
                prune
            fi
            drop_lock
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
    elif ! current && [ "${NOW:-none}" != broken ]; then
        first_line "$STATE/last"
        ID=$LINE
        if ! is_id "$ID" || [ ! -d "$STATE/changes/$ID" ]; then
            record "status=nothing"
            exit 0
        fi
        look "$ID"
    fi
    was=$NOW
    while [ "$NOW" = applying ] || [ "$NOW" = applied ] || [ "$NOW" = pending ]; do
        ask_while "$NOW" "abort rolled back" && wait_while applying applied pending
    done
    wait_while undoing
    look "$ID"
    # left are an orphan, one that was broken before, and what was confirmed when no id was given
    first_line "$STATE/last"
    case $NOW in
    orphan) ;;
    broken) [ "$was" = broken ] || { say_change && exit 0; } ;;
    confirmed) [ "$LINE" = "$ID" ] && [ -z "${2:-}" ] || { say_change && exit 0; } ;;
    *) say_change && exit 0 ;;
    esac
    found=$NOW
    lock_or_say "$1"
    look "$ID"
    if [ "$NOW" != "$found" ]; then # another's rollback was first
        drop_lock
        say_change
        exit 0
    fi
    end_session
    if ! { { [ "$found" != confirmed ] || mark before; } && keep_current "$ID" && prepare && set_state undoing; }; then
        [ "$found" != confirmed ] || rm -f "$STATE/mark"
        drop_lock
        say_storage
        exit 0
    fi
    [ "$found" = orphan ] || [ "$found" = broken ] || rm -f "$STATE/last"
    forget reason mended steps
    start_runner run-undo || { drop_lock && say_storage && exit 0; }
    wait_while undoing
    say_change
    ;;
run-undo) # ID, detached
    ID=$1
    state_of "$ID"
    wait_handed
    undo "rolled back"
    end_process
    ;;
heal) # KIND BOOT ID, detached
    ID=$3
    state_of "$ID"
    wait_handed
    heal "$1" "$2"
    end_process
    ;;
status)
    make_whole
    if current; then
        left_of
        record "status=$NOW" "change=$ID" "left=$LEFT"
        say_why owner
    else
        WORD=
        is_id "$ID" && state_of "$ID"
        record "status=idle" "change=$ID" "state=$WORD"
        [ -z "$WORD" ] || say_why
    fi
    ;;
startup) # what a start would read
    check_startup
    record "status=ok"
    set -- /etc/hostname $INTERFACES $FRR_CONF
    first_line $NFT_CONF
    [ "$LINE" != "$FILTER_HEAD" ] || set -- "$@" $NFT_CONF
    heads "$@"
    [ -z "$FILES" ] || echo "%%texts$HEADS"
    # shellcheck disable=SC2086  # as above
    [ -z "$FILES" ] || cat $FILES
    ;;
flows) # what packets left in the sets of its filter, as nft's JSON
    in_own_place flows true || { say_storage && exit 0; }
    if ! may_filter; then
        echo '{"nftables": []}' >"$PLACE/flows"
    elif ! nft -j list ruleset inet >"$PLACE/flows" 2>"$PLACE/error"; then
        record "status=failed"
        texts "$PLACE/error"
        rm -rf "$PLACE"
        exit 0
    fi
    record "status=ok"
    texts "$PLACE/flows"
    rm -rf "$PLACE"
    ;;
watch) # SECONDS PORT...: labels of packets on these ports, until it is asked for them
    drop_watches
    [ $WATCHES -lt 8 ] || refuse "8 watches are under way already"
    PLACE=$RUN/watch.$$
    mkdir -p "$PLACE" 2>/dev/null && takes_data "$PLACE" || { say_storage && exit 0; }
    seconds=$1
    shift
    for port; do
        # the "any" device does not know MPLS
        timeout "$seconds" tcpdump -l -nn -i "$port" -c 20 mpls >"$PLACE/$port.seen" 2>/dev/null </dev/null &
        started_at $! && echo "$! $STARTED $BOOT" >"$PLACE/$port.process"
    done
    record "status=ok" "watch=$$"
    ;;
watched) # WATCH: ends it, and says what was seen
    PLACE=$RUN/watch.$1
    [ -d "$PLACE" ] || { record "status=none" && exit 0; }
    end_watch "$PLACE"
    record "status=ok"
    for file in "$PLACE"/*.seen; do
        [ -f "$file" ] || continue
        echo "%%texts ${file##*/} $(wc -c <"$file")"
        cat "$file"
    done
    rm -rf "$PLACE"
    ;;
esac
