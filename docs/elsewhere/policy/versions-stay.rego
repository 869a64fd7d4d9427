# A tag that looks like a version never moves.
package main

import rego.v1

deny contains message if {
	some plan in object.get(input, "targets", [input])
	some change in plan.changes
	change.action == "update"
	tag := regex.find_n(`[^:]+$`, change.target, 1)[0]
	regex.match(`^v?[0-9]+\.[0-9]+`, tag)
	message := sprintf("%s would move, though `%s` looks like a version", [change.target, tag])
}
