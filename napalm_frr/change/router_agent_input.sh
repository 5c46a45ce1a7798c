# What comes from outside: a verb and its arguments, and files on the input. All of it is of a closed form;
# whoever may call the agent can run no command and name no file by it. What is refused is told by name.

is_id() { # a commit's id, which is the name of its directory as well
    case $1 in "" | . | .. | *[!A-Za-z0-9._-]*) return 1 ;; esac
    [ ${#1} -le 64 ]
}
is_number() { case $1 in "" | *[!0-9]* | 0?* | ??????????*) return 1 ;; esac; } # 08 is none to the shell
is_hex() {
    case $1 in "" | *[!0-9a-f]*) return 1 ;; esac
    [ ${#1} -le 64 ]
}
is_said() { # words of people: one line, without what the shell's echo would make something else of
    case $1 in "" | *[[:cntrl:]\\]*) return 1 ;; esac
    [ ${#1} -le 1000 ]
}
is_port() {
    case $1 in "" | [!A-Za-z0-9]* | *[!A-Za-z0-9_.-]*) return 1 ;; esac
    [ ${#1} -le 15 ]
}
is_call() { # VERB ARGUMENT...
    called=$1:$(($# - 1))
    shift
    case $called in
    read:0 | startup:0 | confirm:0 | status:0 | flows:0) ;;
    read:1 | check:1) is_hex "$1" ;;
    commit:5) is_hex "$1" && is_id "$2" && is_number "$3" && is_hex "$4" && is_said "$5" ;;
    correct:2) is_hex "$1" && is_id "$2" ;;
    reload:1 | state:1 | confirm:1) is_id "$1" ;;
    accept:2 | extend:2) is_id "$1" && is_number "$2" ;;
    abort:2) is_id "$1" && is_said "$2" ;;
    rollback:1) is_said "$1" ;;
    rollback:2) is_said "$1" && is_id "$2" ;;
    watch:[2-5])
        { is_number "$1" && [ "$1" -le 3600 ]; } || return 1
        shift
        for port; do is_port "$port" || return 1; done
        ;;
    watched:1) is_number "$1" ;;
    *) is_own_call "$@" ;;
    esac
}
is_own_call() { # what the agent calls itself by; nobody else has a use for it
    [ -z "$CALLER" ] || return 1
    case $called in
    run:2) is_number "$1" && is_id "$2" ;;
    run-undo:1) is_id "$1" ;;
    heal:3) case $1 in before | after) is_id "$2" && is_id "$3" ;; *) return 1 ;; esac ;;
    *) return 1 ;;
    esac
}
bad_usage() {
    record "status=usage"
    exit 2
}
refuse() { # WORDS: nothing was done
    record "status=refused"
    say_words reason "$1"
    exit 0
}
is_own_place() { # DIRECTORY: ours, and not what somebody put in its place
    [ ! -L "$1" ] && { [ ! -e "$1" ] || { [ -d "$1" ] && [ -O "$1" ]; }; }
}
check_places() {
    for place in "$STATE" "$RUN"; do
        is_own_place "$place" || refuse "$place is a link, or not root's: somebody put it there"
    done
}
check_startup() { # what somebody else may write is not followed elsewhere
    for place in $INTERFACES $FRR_CONF $NFT_CONF /etc/hostname; do
        [ ! -L "$place" ] || refuse "$place is a link: put the file itself there"
    done
}

# Words that a line of FRR 8.4's configuration begins with, in whatever block. vtysh runs more in a file than
# configuration ("start-shell", "generate support-bundle", "copy", ...), and runs it as who started it.
FRR_WORDS="accept-lifetime access-class access-list address-family admin-grp advertise advertise-all-vni \
advertise-default-gw advertise-pip advertise-subnet advertise-svi-ip agentx aggregate-address aggregation \
allow-ecmp allow-external-route-update allow-reserved-ranges area area-password attached-bit auto-cost autort \
ava-bw babel backup-group bandwidth banner bfd bgp binding-sid bmp bridge call candidate-path capability \
coalesce-time compatible continue control-word cryptographic-algorithm debug default-information default-metric \
default-originate delay delay-variation description detect-multiplier disable-ead-evi-rx disable-ead-evi-tx \
discovery distance distribute-list domain-password domainname dual-stack dump dup-addr-detection ead-es-frag \
ead-es-route-target echo echo-interval echo-mode eigrp enable enable-resolve-overlay-index end evpn exec-timeout \
exit exit-address-family exit-link-params exit-vnc exit-vni exit-vrf exit-vrf-policy export fabric-tier \
fast-reroute flooding fpm frr graceful-restart hostname import index install interface ip ipv6 is-type isis key \
key-string l2rd l2vpn label labels line link-detect link-params local-install locator locators log \
log-adjacency-changes logical-network-id login lsp-gen-interval lsp-mtu lsp-refresh-interval lsp-timers mac match \
max-bw max-lsp-lifetime max-metric max-rsv-bw maximum-paths member metric metric-style minimum-ttl mpls mpls-te \
mtu multicast name neighbor net netns network nexthop nexthop-group nhrp no offset-list on-match openfabric \
ordered-control ospf ospf6 packet-loss passive-interface passive-mode password pbr pbr-map pbr-policy pce pcep \
peer policy prefix proactive-arp profile pseudowire purge-originator pw-id pw-status rd read-quanta \
receive-interval redistribute refresh res-bw response-lifetime route route-map route-target route-target6 router \
router-id router-info rpki rt rt6 segment-list segment-routing send-lifetime service session set \
set-overload-bit shutdown sid spf spf-delay-ietf spf-interval srv6 strip stub-router summary-address table-map \
timers topology traffic-eng transmit-interval triggered-csnp-delay ttl-security tunnel unrsv-bw update-delay \
use-bw use-es-l3nhg username variance vc version vnc vni vrf vrf-policy vrrp wait-for-sync write-multiplier \
write-quanta zebra"
# Attributes of ifupdown2 that run no command; the driver's own check has the same.
LINUX_WORDS="address gateway mtu vlan-id vrf-table vrf vlan-raw-device alias hwaddress link-type vlan-protocol \
broadcast scope netmask link-down address-purge ip-forward ip6-forward mpls-enable arp-accept ipv6-addrgen \
tunnel-mode tunnel-local tunnel-endpoint tunnel-ttl tunnel-dev pointopoint preferred-lifetime"
# What reading the input may take: kB of memory, seconds of the processor, octets.
MOST_KB=131072
MOST_SECONDS=60
MOST_BYTES=67108864

# NONCE DIRECTORY NAME...: the files of these names. Fails with 2 when one cannot be written whole, with 3 when
# the input was cut off, with 4 when it is refused, which is answered then. In Linux' text stands what runs no
# command, the hooks that keep a VRF closed and GRE from passing unencrypted, and what stands in the router's own
# file already: that was root's to write. Mako, where it is installed, runs what stands in "\${}", "<%%>" and lines of "%%".
unpack() {
    nonce=$1
    into=$2
    shift 2
    has=$INTERFACES
    [ -f $has ] || has=/dev/null
    (
        ulimit -v $MOST_KB
        ulimit -t $MOST_SECONDS
        exec awk -v mark="%%file-$nonce" -v last="%%end-$nonce" -v dir="$into" -v names="$*" \
            -v frr_words="$FRR_WORDS" -v linux_words="$LINUX_WORDS" -v most=$MOST_BYTES '
        function refused(why) {
            if (file) close(file)
            printf "%%%%egovnet status=refused file=%s line=%d\n", (name in known) ? name : "none", line
            printf "%%%%texts reason %d\n%s\n", length(why) + 1, why
            said = 1
            exit 4
        }
        function shown(word) { # in quotes; of a long one the begin, and no half of a character
            if (length(word) <= 64) return "\"" word "\""
            word = substr(word, 1, 64)
            sub(/[\300-\377][\200-\277]*$/, "", word)
            return "\"" word "...\""
        }
        function has_only(words, of,   n, list) {
            n = split(words, list, " ")
            while (n > 0) of[list[n--]] = 1
        }
        function frr() {
            if ($0 ~ /^[ \t]*([!#]|$)/) return
            if (!($1 in frr_word)) refused(shown($1) " begins no line of the configuration of FRR 8.4")
            if ($1 == "no" && !($2 in frr_word)) refused(shown("no " $2) " takes back no line of the configuration of FRR 8.4")
        }
        function linux(   text, i) {
            text = ""
            for (i = 1; i <= NF; i++) text = text (i > 1 ? " " : "") $i
            if (text == "" || text in present) return
            if (text ~ /\\|[$][{]|<%|^%/) refused("it has what a template, or the next line, is made of")
            if (text ~ /^#/) return
            if ($1 == "auto" || $1 == "allow-auto") {
                for (i = 2; i <= NF; i++) if ($i !~ /^[A-Za-z0-9][A-Za-z0-9_.-]*$/) refused("an interface has no such name")
            } else if ($1 == "iface") {
                if (text !~ /^iface [A-Za-z0-9][A-Za-z0-9_.-]*( inet6?( (static|loopback|manual|dhcp))?)?$/)
                    refused("it is not \"iface NAME [inet|inet6 [METHOD]]\"")
            } else if (text ~ /^(pre-|post-)?(up|down) /) {
                if (text !~ /^post-up ip -[46] route replace unreachable (default metric [0-9]+|[0-9a-f.:]+\/[0-9]+) vrf [A-Za-z0-9][A-Za-z0-9_.-]*$/ &&
                    text !~ /^post-up ip xfrm policy update src [0-9.]+\/[0-9]+ dst [0-9.]+\/[0-9]+ proto gre dir (in|out) action block priority [0-9]+$/)
                    refused(shown($1) " runs a command that the agent does not know, and that the router does not have yet: an administrator puts it into " has)
            } else if (!($1 in linux_word) && $1 !~ /^(bridge|bond|vxlan)-[a-z0-9-]+$/)
                refused("the agent knows no attribute " shown($1) " that runs no command")
        }
        function filter(   text) {
            text = $0
            gsub(/"[^"]*"/, " ", text)
            gsub(/^[ \t]+|[ \t]+$/, "", text)
            if (text == "" || text ~ /^#/) return
            if (text ~ /["\\$]/ || text ~ /(^|[ \t;{}])(include|define|redefine|undefine)([ \t]|$)/)
                refused("it has what reads another file, or goes on in the next line")
            if (!deep && text !~ /^table (inet|ip6?|arp|bridge|netdev) [A-Za-z_][A-Za-z0-9_.\/-]* \{$/)
                refused("it is not \"table FAMILY NAME {\"")
            deep += gsub(/{/, "", text) - gsub(/}/, "", text)
            if (deep < 0) refused("\"}\" ends nothing")
        }
        BEGIN { has_only(names, known); has_only(frr_words, frr_word); has_only(linux_words, linux_word) }
        from == "router" { for (i = 1; i <= NF; i++) $i = $i; $1 = $1; present[$0] = 1; next }
        { bytes += length($0) + 1; line++ }
        bytes > most { refused("more than " most " octets came") }
        $1 == mark {
            if (file) bad += close(file) != 0
            file = ""
            name = $2
            line = 0
            if (NF != 2 || !(name in known)) refused("a file of that name is not taken")
            if (name in taken) refused("it came twice")
            taken[name] = 1
            file = dir "/" name
            printf "" > file
            next
        }
        $1 == last { whole = 1; exit }
        !file { next }
        /[\001-\010\013-\037\177]/ { refused("it has a control character") }
        name == "new.interfaces" { linux() }
        name == "new.hostname" && (line > 1 || !/^[A-Za-z0-9][A-Za-z0-9.-]*$/ || length($0) > 64) {
            refused("a router has no such name")
        }
        name == "new.filter" { filter() }
        name == "again" { refused("it has no text") }
        name ~ /remade$/ && (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/ || length($0) > 15) {
            refused("an interface has no such name")
        }
        name !~ /^(new[.](interfaces|hostname|filter)|again|(undo[.])?remade)$/ { frr() }
        { print > file }
        END {
            if (said) exit 4
            if (file) bad += close(file) != 0
            exit bad ? 2 : whole ? 0 : 3
        }' has="$has" from=router "$has" from=caller - 2>/dev/null
    )
    unpacked=$?
    [ $unpacked -ge 128 ] || return $unpacked # else it was killed: a line without end, most likely
    record "status=refused"
    say_words reason "the input takes more than $MOST_SECONDS s to read"
    return 4
}
