# The plan of shards-plan.nomad.hcl, carried out by eight machines: each does the shard that its index says, and what dies is placed
# anew with the same index.
job "pusher-apply" {
  type = "batch"

  group "shards" {
    count = 8

    # A machine has one link, and often one address.
    constraint {
      operator = "distinct_hosts"
      value    = "true"
    }

    restart {
      attempts = 2
      interval = "24h"
      delay    = "30s"
      mode     = "fail"
    }

    reschedule {
      attempts  = 2
      interval  = "24h"
      unlimited = false
    }

    volume "shared" {
      type   = "host"
      source = "pusher"
    }

    task "apply" {
      driver = "docker"
      # What is open is ended within 5 seconds.
      kill_timeout = "30s"

      config {
        image = "ghcr.io/OWNER/pusher:0.1.0"
        # Nomad fills in the index, counted from 0: no shell is needed.
        args = [
          "apply", "plan.json",
          "--shard", "${NOMAD_ALLOC_INDEX}+1/8",
          "--report", "${NOMAD_ALLOC_INDEX}.json",
        ]
        readonly_rootfs = true
        cap_drop        = ["all"]
      }

      volume_mount {
        volume      = "shared"
        destination = "/work"
      }

      env {
        ALIYUN_REGISTRY   = "registry-vpc.cn-hangzhou.aliyuncs.com"
        ALIYUN_NAME_SPACE = "my-mirror"
        XDG_CACHE_HOME    = "${NOMAD_TASK_DIR}"
      }

      template {
        destination = "${NOMAD_SECRETS_DIR}/login.env"
        env         = true
        data        = <<-END
          {{ with nomadVar "nomad/jobs/pusher-apply" }}
          ALIYUN_REGISTRY_USER={{ .ALIYUN_REGISTRY_USER | toJSON }}
          ALIYUN_REGISTRY_PASSWORD={{ .ALIYUN_REGISTRY_PASSWORD | toJSON }}
          {{ end }}
        END
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
