# A list, carried out by eight machines at once. On each of them `pusher` is a host volume, and that is one folder which all of them see
# (of NFS, for example): `images.txt` lies in it, and the plan and the report of each machine will.
#
#   nomad var put nomad/jobs/pusher-plan ALIYUN_REGISTRY_USER=… ALIYUN_REGISTRY_PASSWORD=…     # and nomad/jobs/pusher-apply
#   nomad job run shards-plan.nomad.hcl     # then `nomad alloc logs -job pusher-plan`: what would be done
#   nomad job run shards-apply.nomad.hcl    # then `nomad job status pusher-apply`, until none is running
#   nomad job run shards-merge.nomad.hcl    # then `nomad alloc logs -job pusher-merge`: what was done, as one report
#
# What can't be mirrored makes a plan and its job fail, and is left out: all else that stands there can be applied. Before the next
# plan: `nomad job stop -purge` of each.
job "pusher-plan" {
  type = "batch"

  group "plan" {
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

    task "plan" {
      driver = "docker"

      config {
        image           = "ghcr.io/OWNER/pusher:0.1.0"
        args            = ["plan", "--out", "plan.json", "--shards", "8"]
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
          {{ with nomadVar "nomad/jobs/pusher-plan" }}
          ALIYUN_REGISTRY_USER={{ .ALIYUN_REGISTRY_USER | toJSON }}
          ALIYUN_REGISTRY_PASSWORD={{ .ALIYUN_REGISTRY_PASSWORD | toJSON }}
          {{ end }}
        END
      }

      resources {
        cpu    = 500
        memory = 1024
      }
    }
  }
}
