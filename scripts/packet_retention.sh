#!/bin/bash
# Delete the daily indices that are older than some days, by name, or have the server do it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=server.sh
. "$(dirname "$(readlink -f "$0")")/server.sh"

usage() {
	cat <<END
usage: $program [options] NODE DAYS
Delete the indices packets-YYYY-MM-DD on NODE whose day is more than DAYS days before today (UTC), each by its exact name.
Any other name stays, whatever it begins with.

  --prefix NAME        of indices NAME-YYYY-MM-DD (packets)
  --dry-run            only say what would be deleted
  --ilm                delete nothing now; install a lifecycle policy NAME, by which the server deletes indices that
                       were made DAYS days ago (ILM of Elasticsearch, ISM of OpenSearch), also NAME-undated
$server_usage
END
}

dry_run='' ilm='' prefix=packets days=''
switches='--dry-run --ilm'

option_taken() {
	case $1 in
	--dry-run) dry_run=1 ;;
	--ilm) ilm=1 ;;
	--prefix)
		[[ $2 =~ ^[a-z0-9][a-z0-9._-]*$ ]] || error 2 "--prefix: $2: that begins no index name"
		prefix=$2
		;;
	*) return 1 ;;
	esac
}

# The names of the daily indices into $ours, those that only begin like them into $others.
ours=() others=()
list() {
	local name
	ask GET "/_cat/indices/$prefix-*?h=index&format=json"
	[[ $http == 404 ]] || must 'the indices' 'type == "array" and all(.[]; .index | type == "string")'
	[[ $http != 404 ]] || return 0
	while IFS= read -r name; do
		if [[ $name =~ ^"$prefix"-([0-9]{4}-[0-9]{2}-[0-9]{2})$ ]] && [[ $(date -u -d "${BASH_REMATCH[1]}" +%F 2>/dev/null) == "${BASH_REMATCH[1]}" ]]; then
			ours+=("$name")
		else
			others+=("$name")
		fi
	done < <(jq -r '.[].index' "$answer" | sort)
}

delete_old() {
	local name oldest deleted=0 kept=0
	oldest=$prefix-$(date -u -d "$(date -u +%F) - $days days" +%F)
	list
	for name in "${ours[@]}"; do
		if [[ ! $name < $oldest ]]; then
			((++kept))
			continue
		fi
		if [[ -z $dry_run ]]; then
			ask DELETE "/$name"
			# Another one can have been faster.
			[[ $http == 404 ]] || must "$name" .acknowledged
		fi
		printf '%s %s\n' "${dry_run:+would be }deleted:" "$name"
		((++deleted))
	done
	((${#others[@]} == 0)) || warn "not $prefix-YYYY-MM-DD, so they stay: ${others[*]}"
	printf '%d %s, %d kept\n' "$deleted" "${dry_run:+would be }deleted" "$kept"
}

# The template must say that new indices follow the policy; a template of ours that is there is added to.
install_ilm() {
	local name body settings
	settings=$(jq -n -c --arg name "$prefix" '{index: {lifecycle: {name: $name}}}')
	ask PUT "/_ilm/policy/$prefix" "$(jq -n --arg age "${days}d" '{policy: {phases: {hot: {actions: {}}, delete: {min_age: $age, actions: {delete: {}}}}}}')"
	must 'the policy' .acknowledged
	ask GET "/_index_template/$prefix"
	[[ $http != 404 ]] || error 3 "$node has no template $prefix that new indices could have the policy from: packet_template.sh makes it"
	must 'the template' '.index_templates[0].index_template | type == "object"'
	# The server's own dates (Elasticsearch 9.2) are not to be given back to it.
	body=$(jq -c --argjson settings "$settings" '.index_templates[0].index_template | del(.created_date, .created_date_millis, .modified_date,
		.modified_date_millis) | .template.settings |= (. // {} | . * $settings)' "$answer")
	ask PUT "/_index_template/$prefix" "$body"
	must 'the template' .acknowledged
	list
	for name in "${ours[@]}"; do
		ask PUT "/$name/_settings" "$settings"
		must "$name" .acknowledged
	done
}

install_ism() {
	# An older policy is replaced by its sequence number.
	local path=/_plugins/_ism/policies/$prefix name
	ask GET "$path"
	[[ $http != 200 ]] || path+=$(jq -r '"?if_seq_no=\(._seq_no)&if_primary_term=\(._primary_term)"' "$answer")
	ask PUT "$path" "$(jq -n --arg age "${days}d" --arg pattern "$prefix-*" '{policy: {description: "espcap: delete old packets", default_state: "kept", states: [
		{name: "kept", actions: [], transitions: [{state_name: "old", conditions: {min_index_age: $age}}]}, {name: "old", actions: [{delete: {}}], transitions: []}],
		ism_template: [{index_patterns: [$pattern], priority: 100}]}}')"
	must 'the policy' ._id
	# The daily indices that are there: they get it, or, where they have an older one, this one in its place.
	list
	for name in "${ours[@]}"; do
		ask POST "/_plugins/_ism/add/$name" "{\"policy_id\":\"$prefix\"}"
		must "$name" '.updated_indices | type == "number"'
		[[ $(jq .updated_indices "$answer") == 0 ]] || continue
		ask POST "/_plugins/_ism/change_policy/$name" "{\"policy_id\":\"$prefix\"}"
		must "$name" '.updated_indices == 1'
	done
}

install_policy() {
	[[ -z $dry_run ]] || error 2 '--dry-run and --ilm do not go together'
	ask GET /_ilm/status
	if [[ $http == 200 ]]; then
		install_ilm
	else
		[[ $http != 401 && $http != 403 ]] || must 'the policy'
		ask GET /_plugins/_ism/policies
		[[ $http == 200 ]] || error 3 "$node has neither ILM nor ISM; run this daily without --ilm"
		install_ism
	fi
	printf 'policy "%s" on %s: indices are deleted %s days after they were made\n' "$prefix" "$node" "$days"
}

options "$@"
((${#words[@]} == 2)) || wrong_use
number days DAYS "${words[1]}" 36500
((days > 0)) || error 2 'DAYS: it is 1 at least'
server "${words[0]}"
if [[ -n $ilm ]]; then install_policy; else delete_old; fi
