# Nothing is blocked: what cannot be mirrored is looked at before anything else is.
package main

import rego.v1

deny contains message if {
	some plan in object.get(input, "targets", [input])
	some change in plan.changes
	change.action == "blocked"
	message := sprintf("%s is blocked: %s", [change.target, change.reason])
}
