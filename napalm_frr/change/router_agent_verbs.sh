# What the controller asks of the router: the verbs, and their answers.

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
    seen=
    { echo "$HEADS" >"$PLACE/heads"; } 2>/dev/null &&
        # shellcheck disable=SC2086  # as above
        cat "$PLACE/heads" $FILES | sha256sum >"$PLACE/digest" && read -r seen _ <"$PLACE/digest"
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
