# What the machines of shards-apply.nomad.hcl did, as one report. It fails where a shard has no report or something else than success to
# tell: run shards-apply.nomad.hcl again then (stop and purge it first); what is in place is left as it is.
job "pusher-merge" {
  type = "batch"

  group "merge" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    volume "shared" {
      type   = "host"
      source = "pusher"
    }

    task "merge" {
      driver = "docker"

      config {
        image           = "ghcr.io/OWNER/pusher:0.1.0"
        args            = ["report", "merge", "plan.json", "0.json", "1.json", "2.json", "3.json", "4.json", "5.json", "6.json", "7.json", "--report", "merged.json"]
        readonly_rootfs = true
        cap_drop        = ["all"]
      }

      volume_mount {
        volume      = "shared"
        destination = "/work"
      }

      resources {
        cpu    = 500
        memory = 1024
      }
    }
  }
}
