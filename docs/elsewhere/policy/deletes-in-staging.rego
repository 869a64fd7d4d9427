# Nothing is deleted but in the namespace `staging`.
package main

import rego.v1

deny contains message if {
	some plan in object.get(input, "targets", [input])
	plan.target.namespace != "staging"
	some change in plan.changes
	change.action == "delete"
	message := sprintf("%s would be deleted from %v", [change.target, plan.target.namespace])
}
