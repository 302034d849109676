# Documents as tshark 2.x would have printed them: the older names of --rawfile table, booleans as "1" and "0".
([$table | split("\n")[] | select(test("^[^#]")) | split("\t") | select(.[3] != "") | {key: (.[0] | split(".")[-1]), value: (.[3] | split(",")[0] | split("."))}]
	| from_entries) as $older
| (if .layers | has("tls") then .layers.ssl = .layers.tls | del(.layers.tls) else . end)
| walk(if type == "object" then with_entries(.key |= ($older[.] // [.])[-1]) elif type == "boolean" then (if . then "1" else "0" end) else . end)
