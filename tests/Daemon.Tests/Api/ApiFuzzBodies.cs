namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Valid bodies by route, to begin with.</summary>
internal static class ApiFuzzBodies
{
    private const string Service = """
        {"Name":"NAME","Labels":{"tier":"front","swarmps.restart.backoff":"10m"},"TaskTemplate":{"ContainerSpec":{"Image":"busybox:1","Labels":{"a":"b"},"Command":["sh"],"Args":["-c"],
        "Hostname":"h","Env":["A=1"],"Dir":"/x","User":"1","Groups":["g"],"TTY":false,"ReadOnly":true,"StopSignal":"SIGTERM","StopGracePeriod":1000000000,
        "Mounts":[{"Type":"bind","Source":"/a","Target":"/b","BindOptions":{"Propagation":"rprivate"}},{"Type":"volume","Source":"data","Target":"/c","VolumeOptions":{"Labels":{"l":"m"},"DriverConfig":{"Name":"local","Options":{"o":"p"}}}}],
        "Healthcheck":{"Test":["CMD","true"],"Interval":1000000000,"Timeout":1000000000,"Retries":3},"Hosts":["10.0.0.1 db"],"DNSConfig":{"Nameservers":["10.0.0.2"],"Search":["x"],"Options":["y"]},
        "Secrets":[{"SecretID":"secret1aaaaaaaaaaaaaaaaaa","SecretName":"key","File":{"Name":"key","UID":"0","GID":"0","Mode":292}}],
        "Configs":[{"ConfigID":"config1aaaaaaaaaaaaaaaaaa","ConfigName":"conf","File":{"Name":"/conf","UID":"0","GID":"0","Mode":292}}],
        "Sysctls":{"net.core.somaxconn":"1"},"CapabilityAdd":["CAP_NET_ADMIN"],"CapabilityDrop":["ALL"],"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}],"Init":true,"Isolation":"default",
        "Privileges":{"NoNewPrivileges":true}},"Resources":{"Limits":{"NanoCPUs":1000000000,"MemoryBytes":67108864,"Pids":10},"Reservations":{"NanoCPUs":1000000,"MemoryBytes":4194304,
        "GenericResources":[{"DiscreteResourceSpec":{"Kind":"gpu","Value":1}}]}},"RestartPolicy":{"Condition":"any","Delay":5000000000,"MaxAttempts":3,"Window":1000000000},
        "Placement":{"Constraints":["node.role==manager"],"Preferences":[{"Spread":{"SpreadDescriptor":"node.labels.zone"}}],"MaxReplicas":2,"Platforms":[{"Architecture":"x86_64","OS":"linux"}]},
        "Networks":[{"Target":"back","Aliases":["w"]}],"LogDriver":{"Name":"json-file","Options":{"max-size":"1m"}},"ForceUpdate":1,"Runtime":"container"},
        "Mode":{"Replicated":{"Replicas":2}},"UpdateConfig":{"Parallelism":1,"Delay":1000000000,"FailureAction":"pause","Monitor":1000000000,"MaxFailureRatio":0.5,"Order":"start-first"},
        "RollbackConfig":{"Parallelism":1,"FailureAction":"pause","Order":"stop-first"},"EndpointSpec":{"Mode":"vip","Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,"PublishMode":"ingress"}]}}
        """;

    private const string Swarm = """
        {"Name":"default","Labels":{"swarmps.admission":"devices"},"Orchestration":{"TaskHistoryRetentionLimit":5},"Raft":{"SnapshotInterval":10000,"KeepOldSnapshots":0,"LogEntriesForSlowFollowers":500,
        "ElectionTick":10,"HeartbeatTick":1},"Dispatcher":{"HeartbeatPeriod":5000000000},"CAConfig":{"NodeCertExpiry":7776000000000000,"ExternalCAs":[],"SigningCACert":"","SigningCAKey":"","ForceRotate":0},
        "TaskDefaults":{"LogDriver":{"Name":"json-file","Options":{"a":"b"}}},"EncryptionConfig":{"AutoLockManagers":false}}
        """;

    /// <summary>The bodies; <c>NAME</c> stands for a name.</summary>
    public static readonly IReadOnlyDictionary<string, string> ByPath = new Dictionary<string, string>
    {
        ["/services/create"] = Service,
        ["/services/{id}/update"] = Service,
        ["/swarmps/plan"] = Service,
        ["/swarm/update"] = Swarm,
        ["/swarm/init"] = $$"""{"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"10.0.0.1","DataPathAddr":"10.0.0.1","DataPathPort":4789,"DefaultAddrPool":["10.20.0.0/16"],"SubnetSize":24,"ForceNewCluster":true,"Availability":"active","Spec":{{Swarm}}}""",
        ["/swarm/join"] = """{"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"10.0.0.1","RemoteAddrs":["10.0.0.2:2377"],"JoinToken":"SWMTKN-1-x-y","Availability":"active"}""",
        ["/swarm/unlock"] = """{"UnlockKey":"SWMKEY-1-x"}""",
        ["/nodes/{id}/update"] = """{"Name":"n","Labels":{"zone":"a"},"Role":"manager","Availability":"active"}""",
        ["/secrets/create"] = """{"Name":"NAME","Labels":{"a":"b"},"Data":"AAAA","Templating":{"Name":"golang","Options":{"a":"b"}}}""",
        ["/secrets/{id}/update"] = """{"Name":"key","Labels":{"a":"b"}}""",
        ["/configs/create"] = """{"Name":"NAME","Labels":{"a":"b"},"Data":"AAAA"}""",
        ["/configs/{id}/update"] = """{"Name":"conf","Labels":{"a":"b"}}""",
        ["/networks/create"] = """
            {"Name":"NAME","Driver":"overlay","Scope":"swarm","EnableIPv4":true,"EnableIPv6":false,"IPAM":{"Driver":"default","Options":{},"Config":[{"Subnet":"10.9.0.0/24","IPRange":"10.9.0.0/25","Gateway":"10.9.0.1"}]},
            "Internal":false,"Attachable":true,"Ingress":false,"ConfigOnly":false,"ConfigFrom":{"Network":""},"Options":{"com.docker.network.driver.mtu":"1400"},"Labels":{"a":"b"}}
            """,
        ["/networks/{id}/connect"] = """{"Container":"c","EndpointConfig":{"Aliases":["a"]}}""",
        ["/containers/create"] = """{"Image":"a","HostConfig":{"NetworkMode":"bridge","Mounts":[{"Type":"bind","BindOptions":{"ReadOnlyNonRecursive":true}}]},"NetworkingConfig":{"EndpointsConfig":{"bridge":{"MacAddress":"x"}}}}""",
        ["/volumes/create"] = """{"Name":"v","Driver":"local","DriverOpts":{"a":"b"},"ClusterVolumeSpec":null}""",
        ["/swarmps/tasks/{id}/exec"] = """{"Cmd":["sh"],"Env":["A=1"],"User":"1","WorkingDir":"/","Privileged":false,"Tty":true,"AttachStdin":true,"ConsoleSize":{"Height":24,"Width":80}}""",
        ["/swarmps/backup"] = """{"Passphrase":"long enough"}""",
        ["/swarmps/restore"] = """{"Passphrase":"x","AdvertiseAddr":"10.0.0.1"}""",
    };
}
