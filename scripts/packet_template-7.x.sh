#!/bin/bash
# As the original named it, for Elasticsearch 7.x: the same as packet_template.sh, which finds out what the server takes.
exec "$(dirname "$(readlink -f "$0")")/packet_template.sh" "$@"
