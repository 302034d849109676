#!/bin/bash
# Install the index template for packets-*: what Elasticsearch 6 to 9 and OpenSearch 1 to 3 search by.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=server.sh
. "$here/server.sh"

usage() {
	cat <<END
usage: $program [options] NODE
Install the index template "packets" for packets-* on NODE (host, host:port or URL), in the form that server takes.
It holds for indices made from then on; packet_template(8) lists the fields.

  --shards N           primary shards of an index (1)
  --replicas N         replicas (the server's default)
  --refresh TIME       refresh interval, such as 30s (the server's default)
  --codec NAME         index codec (best_compression)
  --extra FILE         merge in FILE, a JSON object with your own "mappings" or "settings"
  --print              only print the template
$server_usage
END
}

shards=1 replicas='' refresh='' codec=best_compression print='' extra='{}'
switches='--print'

option_taken() {
	case $1 in
	--print) print=1 ;;
	--shards)
		number shards "$1" "$2" 1024
		((shards > 0)) || error 2 "--shards: it is 1 at least"
		;;
	--replicas) number replicas "$1" "$2" 100 ;;
	--refresh)
		[[ $2 =~ ^(-1|[0-9]+(ms|s|m|h))$ ]] || error 2 "--refresh: $2: it is a time such as 30s"
		refresh=$2
		;;
	--codec)
		[[ $2 =~ ^[a-z0-9_]+$ ]] || error 2 "--codec: $2: that is no codec's name"
		codec=$2
		;;
	--extra)
		extra=$(jq -c . "$2" 2>"$scratch/why") || error 2 "--extra: $2: $(<"$scratch/why")"
		jq -e 'type == "object" and (keys - ["mappings", "settings"] == [])' >/dev/null <<<"$extra" ||
			error 2 "--extra: $2: it is a JSON object with \"mappings\", \"settings\" or both"
		;;
	*) return 1 ;;
	esac
}

# The template as JSON.  FORM: composable, legacy, or doc (legacy, with the _doc level of Elasticsearch 6).
# NORMALIZER: true, or false for a server that lacks the character filters which a flag's normalizer is made of.
template() { # FORM NORMALIZER
	# shellcheck disable=SC2016 # the dollars are jq's
	grep -v '^#' "$here/packet_fields.tsv" | jq -R -n --arg form "$1" --argjson normalizer "$2" --argjson shards "$shards" --arg replicas "$replicas" \
		--arg refresh "$refresh" --arg codec "$codec" --argjson extra "$extra" '
		# A value that does not fit costs a search, never the document; a keyword longer than Lucene takes likewise.
		def mapping: {
			keyword: {type: "keyword", ignore_above: 8191},
			flag: ({type: "keyword", ignore_above: 8191} + if $normalizer then {normalizer: "flag"} else {} end),
			protocols: {type: "text", analyzer: "simple", fields: {raw: {type: "keyword", ignore_above: 8191}}},
			date: {type: "date", format: "epoch_millis||strict_date_optional_time", ignore_malformed: true},
			ip: {type: "ip", ignore_malformed: true}, integer: {type: "integer", ignore_malformed: true}, long: {type: "long", ignore_malformed: true}
		}[.] // error("no such type: \(.)");
		# Each of a field'"'"'s names copies to the others, and copies are not copied on.
		def named($name; $names): (. | mapping) + (($names - [$name]) as $others | if $others == [] then {} else {copy_to: $others} end);
		reduce (inputs | split("\t")) as $field ({};
			([$field[0]] + ($field[3] | split(","))) as $names |
			reduce $names[] as $name (.; setpath($name | split(".") | map("properties", .); $field[1] | named($name; $names))))
		| {dynamic: "false"} + . | {settings: {index: ({number_of_shards: $shards, codec: $codec}
			+ if $replicas == "" then {} else {number_of_replicas: ($replicas | tonumber)} end
			+ if $refresh == "" then {} else {refresh_interval: $refresh} end
			+ if $normalizer then {analysis: {
				char_filter: {flag_true: {type: "pattern_replace", pattern: "^true$", replacement: "1"},
					flag_false: {type: "pattern_replace", pattern: "^false$", replacement: "0"}},
				normalizer: {flag: {type: "custom", char_filter: ["flag_true", "flag_false"]}}}} else {} end)}, mappings: .}
		| . * $extra
		| if $form == "doc" then .mappings |= {_doc: .} else . end
		| if $form == "composable" then {index_patterns: ["packets-*"], priority: 200, template: .} else {index_patterns: ["packets-*"]} + . end'
}

# Whether the last answer says that the server does not know FORM.  Anything else that is wrong is told, and not covered up by
# an older form, which a newer one would override.
unknown() { # FORM
	case $1:$http in
	composable:404 | composable:405) ;;
	composable:400) grep -qE 'no handler|_index_template' "$answer" ;;
	legacy:400) grep -qE 'unsupported parameters|Malformed \[mappings\]' "$answer" ;;
	*) false ;;
	esac
}

# Try the forms, the newest first: what the server answers says which it takes.
install_template() {
	local form normalizer path
	for form in composable legacy doc; do
		path=/_template/packets
		[[ $form != composable ]] || path=/_index_template/packets
		for normalizer in true false; do
			ask PUT "$path" "$(template "$form" "$normalizer")"
			if [[ $http != 400 ]] || ! grep -q pattern_replace "$answer"; then break; fi
		done
		unknown "$form" || break
	done
	must 'the template' .acknowledged
	[[ $normalizer == true ]] ||
		printf '%s: this server has no pattern_replace: a flag is found only as it was printed, 1 or true\n' "$program" >&2
	printf 'template "packets" for packets-* installed on %s (%s)\n' "$node" "$form"
}

options "$@"
if [[ -n $print ]]; then
	template composable true
	exit
fi
((${#words[@]} == 1)) || wrong_use
server "${words[0]}"
install_template
