# One plan copies no more than 20 GiB.
package main

import rego.v1

most_bytes := 20 * 1024 * 1024 * 1024

deny contains message if {
	some plan in object.get(input, "targets", [input])
	plan.cost.bytes_to_copy > most_bytes
	message := sprintf("%d bytes would be copied to %s, and %d is the most", [
		plan.cost.bytes_to_copy,
		plan.target.registry,
		most_bytes,
	])
}
