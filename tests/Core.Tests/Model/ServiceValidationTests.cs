using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Core.Tests.Model;

public sealed class ServiceValidationTests
{
    private static readonly ServiceSpec Good = new()
    {
        Name = "web",
        TaskTemplate = new() { ContainerSpec = new() { Image = "busybox:1" } },
    };

    /// <summary>Fields, as JSON of a template or a container, and a part of what is said of them; without one they are right.</summary>
    public static TheoryData<string, string?> Specs => new()
    {
        { """{"Name":"web_2-x"}""", null },
        { """{"Name":"-web"}""", "Name: name must be valid as a DNS name component" },
        { """{"Name":"web."}""", "Name: name must be valid as a DNS name component" },
        { """{"Name":""}""", "Name: name must be valid" },
        { "{\"Name\":\"" + new string('a', 63) + "\"}", null },
        { "{\"Name\":\"" + new string('a', 64) + "\"}", "name must be 63 characters or fewer" },
        { """{"Labels":{"":"x"}}""", "Labels: a label needs a key" },
        { """{"Mode":{"Replicated":{"Replicas":100000}}}""", null },
        { """{"Mode":{"Replicated":{"Replicas":100001}}}""", "Mode.Replicated.Replicas: 100001 replicas are more" },
        { """{"Mode":{"Replicated":{"Replicas":1},"Global":{}}}""", "Mode: only one of" },
        { """{"Mode":{"Replicated":null,"ReplicatedJob":{"MaxConcurrent":2,"TotalCompletions":5}}}""", null },
        { """{"Mode":{"Replicated":null,"ReplicatedJob":{"MaxConcurrent":0,"TotalCompletions":5}}}""", "Mode.ReplicatedJob.MaxConcurrent: 0 tasks cannot be" },
        { """{"Labels":{"swarmps.restart.backoff":"10m"}}""", null },
        { """{"Labels":{"swarmps.restart.backoff":"soon"}}""", "Labels[swarmps.restart.backoff]: 'soon' is neither off nor the longest delay" },
        { """{"Mode":{"Replicated":null,"GlobalJob":{}}}""", null },
        { """{"Mode":{"Replicated":null,"GlobalJob":{}},"UpdateConfig":{"Parallelism":1}}""", "UpdateConfig: a job has no update settings" },
        { """{"Mode":{"Replicated":null,"ReplicatedJob":{}},"RollbackConfig":{"Parallelism":1}}""", "RollbackConfig: a job has no rollback settings" },
        { """{"UpdateConfig":{"MaxFailureRatio":1,"Delay":5000000000}}""", null },
        { """{"UpdateConfig":{"MaxFailureRatio":1.5}}""", "UpdateConfig.MaxFailureRatio: 1.5 is not between 0 and 1" },
        { """{"UpdateConfig":{"Delay":-1000}}""", "UpdateConfig.Delay: a duration cannot be below zero" },
        { """{"RollbackConfig":{"Monitor":-1000}}""", "RollbackConfig.Monitor: a duration cannot be below zero" },
        { """{"RollbackConfig":{"FailureAction":"rollback"}}""", "RollbackConfig.FailureAction: a rollback cannot itself be rolled back" },
        { """{"Networks":[{"Target":"host"}]}""", null },
        { """{"Networks":[{"Target":"mynet","Aliases":["db","data-base"]},{"Target":"front"}]}""", null },
        { """{"Networks":[{"Target":"mynet","Aliases":["no name"]}]}""", "Networks[0].Aliases: " },
        { """{"Networks":[{"Target":"mynet","DriverOpts":{"a":"b"}}]}""", "Networks[0].DriverOpts: options for a service's part in a network are not supported" },
        { """{"Networks":[{"Target":"host"},{"Target":"mynet"}]}""", "Networks[0]: the network host is the engine's own and cannot be had beside others" },
        { """{"Networks":[{"Target":"host"}],"EndpointSpec":{"Ports":[{"TargetPort":80}]}}""", "the routing mesh does not lead to tasks on the network host" },
        { """{"Networks":[{"Target":"bridge"}],"EndpointSpec":{"Ports":[{"TargetPort":80}]}}""", null },
        { """{"Networks":[{"Target":"host","Aliases":["a"]}]}""", "takes neither aliases" },
        { """{"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8080,"PublishMode":"host"},{"TargetPort":80,"PublishedPort":8080,"PublishMode":"host","Protocol":"udp"}]}}""", null },
        { """{"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8080,"PublishMode":"host"},{"TargetPort":81,"PublishedPort":8080,"PublishMode":"host"}]}}""", "EndpointSpec.Ports[1].PublishedPort: duplicate published ports provided: 8080/tcp" },
        { """{"EndpointSpec":{"Ports":[{"PublishMode":"host"}]}}""", "Ports[0].TargetPort: 0 is not a port" },
        { """{"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":65536,"PublishMode":"host"}]}}""", "65536 is not a port" },
        { """{"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8080},{"TargetPort":80,"Protocol":"udp"}]}}""", null },
        { """{"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishMode":"host","PreserveSource":true}]}}""", "are for ports of the routing mesh" },
        { """{"EndpointSpec":{"Ports":[{"TargetPort":80,"PreserveSource":true,"PreferLocal":true}]}}""", null },
        { """{"EndpointSpec":{"Mode":"dnsrr","Ports":[{"TargetPort":80}]}}""", "can't be used with dnsrr" },
        { """{"TaskTemplate":{}}""", "TaskTemplate.ContainerSpec: a service needs a container" },
        { """{"TaskTemplate":{"Runtime":"plugin","ContainerSpec":{"Image":"a"}}}""", "the runtime 'plugin' is not supported" },
        { Template("""{"LogDriver":{"Options":{"a":"b"}}}"""), "options need a log driver's name" },
        { Template("""{"Resources":{"Limits":{"NanoCPUs":1000000,"MemoryBytes":4194304,"Pids":5}}}"""), null },
        { Template("""{"Resources":{"Limits":{"NanoCPUs":999999}}}"""), "invalid cpu value 0.000999999: Must be at least 0.001" },
        { Template("""{"Resources":{"Reservations":{"MemoryBytes":4194303}}}"""), "invalid memory value 4MiB: Must be at least 4MiB" },
        { Template("""{"Resources":{"Limits":{"MemoryBytes":-5}}}"""), "invalid memory value" },
        { Template("""{"Resources":{"SwapBytes":5000}}"""), "swap can be limited only together with memory" },
        { Template("""{"Resources":{"Reservations":{"GenericResources":[{"DiscreteResourceSpec":{"Kind":"GPU","Value":1}}]}}}"""), null },
        { Template("""{"Resources":{"Reservations":{"GenericResources":[{"DiscreteResourceSpec":{"Kind":"GPU","Value":0}}]}}}"""), "0 of GPU cannot be reserved" },
        { Template("""{"Resources":{"Reservations":{"GenericResources":[{"NamedResourceSpec":{"Kind":"GPU","Value":"a"}}]}}}"""), "reserved by its kind and a number" },
        { Template("""{"RestartPolicy":{"Delay":-1}}"""), null },
        { Template("""{"RestartPolicy":{"Delay":-100}}"""), "RestartPolicy.Delay: a duration" },
        { Template("""{"Placement":{"Constraints":["node.role == manager","node.labels.x != y"],"Preferences":[{"Spread":{"SpreadDescriptor":"node.labels.zone"}}]}}"""), null },
        { Template("""{"Placement":{"Constraints":["node.label.x == y"]}}"""), "Placement.Constraints[0]: The constraint 'node.label.x == y' looks at 'node.label.x'" },
        { Template("""{"Placement":{"Preferences":[{"Spread":{"SpreadDescriptor":"zone"}}]}}"""), "cannot be spread over 'zone'" },
    };

    public static TheoryData<string, string?> Containers => new()
    {
        { """{"Image":""}""", "ContainerSpec.Image: image reference must be provided" },
        { """{"Image":"localhost:5000/a/b_c:v1.2@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", null },
        { """{"Image":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", null },
        { """{"Image":"Busybox"}""", "\"Busybox\" is not a valid repository/tag" }, { """{"Image":"a b"}""", "is not a valid repository/tag" },
        { """{"Image":"a:"}""", "is not a valid repository/tag" },
        { """{"Env":["A=1","B","C={{.Node.Hostname}}-{{index .Service.Labels \"x\"}}"]}""", null },
        { """{"Env":["=1"]}""", "Env[0]: '=1' is not a variable" },
        { """{"Env":["A={{.Nod.ID}}"]}""", "Env[0]:" },
        { """{"Env":["A={{.Node.ID"]}""", "is not closed" },
        { """{"Hostname":"h-{{.Task.Slot}}.local"}""", null },
        { """{"Hostname":"h_1.local"}""", null },
        { """{"Hostname":"-h"}""", "'-h' is not a host name" },
        { """{"Dir":"tmp"}""", "it needs to be an absolute path" },
        { """{"StopSignal":"SIGRTMIN+3","StopGracePeriod":0}""", null },
        { """{"StopSignal":"term"}""", null },
        { """{"StopSignal":"SIGNONE"}""", "'SIGNONE' is not a signal" },
        { """{"StopSignal":"65"}""", "'65' is not a signal" },
        { """{"StopGracePeriod":-1000}""", "StopGracePeriod: a duration" },
        { """{"Hosts":["10.0.0.5 db db.local"],"DNSConfig":{"Nameservers":["1.1.1.1"]}}""", null },
        { """{"Hosts":["db 10.0.0.5"]}""", "is not a line for /etc/hosts" },
        { """{"DNSConfig":{"Nameservers":["dns"]}}""", "'dns' is not an address" },
        { """{"OomScoreAdj":-1001}""", "is not between -1000 and 1000" },
        { """{"Ulimits":[{"Name":"nofile","Soft":5,"Hard":4}]}""", "soft limit must be less than or equal" },
        { """{"Ulimits":[{"Name":"nofile","Soft":5,"Hard":-1}]}""", null },
        { Secret("s", "a") + "}", null },
        { """{"Secrets":[{"SecretName":"s"}]}""", "Secrets[0]: malformed secret reference: it needs" },
        { """{"Secrets":[{"SecretName":"s","SecretID":"1"}]}""", "malformed secret reference, no target provided" },
        { Secret("s", "") + "}", "invalid target file name provided: ''" },
        { Secret("s", "../../etc/passwd") + "}", "invalid target file name provided: '../../etc/passwd'" },
        { Secret("s", "/") + "}", "invalid target file name provided: '/'" },
        { Secret("s", "a", ""","UID":"root" """) + "}", "Secrets[0].File.UID: 'root' is not a number" },
        { Secret("s", "a", ""","GID":"-1" """) + "}", "Secrets[0].File.GID: '-1' is not a number" },
        { Secret("s", "a", ""","UID":"1000","GID":"","Mode":256""") + "}", null },
        { Secret("s", "a", ""","Mode":4096""") + "}", "Secrets[0].File.Mode: 4096 is not a file's mode" },
        { Secret("s", "a") + ""","Configs":[{"ConfigID":"2","ConfigName":"c","File":{"Name":"/run/secrets/a"}}]}""", "references 'secret s' and 'config c' have a conflicting target: '/run/secrets/a'" },
        { Secret("s", "/data/x") + ""","Mounts":[{"Source":"vol","Target":"/data/x"}]}""", "references 'a mount' and 'secret s' have a conflicting target: '/data/x'" },
        { """{"Configs":[{"ConfigName":"s"}]}""", "Configs[0]: malformed config reference: it needs" },
        { """{"Configs":[{"ConfigID":"2","ConfigName":"c","File":{"Name":"a"}},{"ConfigID":"2","ConfigName":"c","File":{"Name":"/a"}}]}""", "have a conflicting target: '/a'" },
        { """{"Configs":[{"ConfigID":"2","ConfigName":"c","Runtime":{}}]}""", "a config that the runtime itself uses (a credential spec) is not supported yet" },
        { """{"Privileges":{"CredentialSpec":{"File":"x"}}}""", "credential specs are for Windows containers" },
        { """{"Privileges":{"CredentialSpec":null,"SELinuxContext":null}}""", null },
        { """{"Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":1000000,"Retries":0}}""", null },
        { """{"Healthcheck":{"Test":["NONE"]}}""", null },
        { """{"Healthcheck":{"Interval":999900}}""", "Interval in Healthcheck cannot be less than 1ms" },
        { """{"Healthcheck":{"Retries":-1}}""", "Retries in Healthcheck cannot be negative" },
        { """{"Healthcheck":{"Test":["true"]}}""", "begins with NONE, CMD or CMD-SHELL, not with 'true'" },
        { """{"Healthcheck":{"Test":["CMD"]}}""", "CMD needs a command" },
        { """{"Mounts":[{"Type":"bind","Source":"/a","Target":"/b"},{"Source":"vol","Target":"/c"},{"Type":"tmpfs","Target":"/d","TmpfsOptions":{"SizeBytes":5}},{"Source":"v-{{.Task.Slot}}","Target":"/e"}]}""", null },
        { """{"Mounts":[{"Type":"bind","Source":"C:\\a","Target":"C:\\b"}]}""", null },
        { """{"Mounts":[{"Type":"bind","Source":"a","Target":"/b"}]}""", "Mounts[0].Source: invalid mount source, must be an absolute path: 'a'" },
        { """{"Mounts":[{"Type":"bind","Source":"/a"}]}""", "a mount needs the path inside" },
        { """{"Mounts":[{"Type":"bind","Source":"/a","Target":"b"}]}""", "invalid mount target" },
        { """{"Mounts":[{"Type":"tmpfs","Source":"x","Target":"/b"}]}""", "source must be empty" },
        { """{"Mounts":[{"Source":"/x","Target":"/b"}]}""", "'/x' is not a volume's name" },
        { """{"Mounts":[{"Source":"aa","Target":"/b"},{"Source":"bb","Target":"/b"}]}""", "Mounts[1].Target: duplicate mount point: /b" },
        { """{"Mounts":[{"Source":"aa","Target":"/b","BindOptions":{"Propagation":"shared"}}]}""", "BindOptions must not be specified for a mount of type volume" },
        { """{"Mounts":[{"Type":"bind","Source":"/aa","Target":"/b","BindOptions":{"Propagation":"wide"}}]}""", "'wide' is none of rprivate" },
        { """{"Mounts":[{"Type":"cluster","Source":"aa","Target":"/b"}]}""", "cluster volumes are not supported yet" },
        { """{"Privileges":{"Seccomp":{"Mode":"odd"}}}""", "'odd' is none of default, unconfined, custom" },
        { """{"Privileges":{"Seccomp":{"Mode":"custom","Profile":"?"}}}""", "the profile is not base64" },
        { """{"Privileges":{"Seccomp":{"Mode":"custom"}}}""", "a profile is given with the mode custom, and only with it" },
        { """{"Privileges":{"Seccomp":{"Mode":"custom","Profile":"e30="},"NoNewPrivileges":true}}""", null },
        { """{"Privileges":{"AppArmor":{"Mode":"odd"}}}""", "'odd' is none of default, disabled" },
        { """{"Labels":{"swarmps.privileged":"yes"}}""", "neither true nor false" },
        { """{"Labels":{"swarmps.devices":"fuse"}}""", "'fuse' is not a device" },
        { """{"Labels":{"swarmps.devices":"/dev/a:/dev/b:x"}}""", "is not a device" },
    };

    private static string Secret(string name, string target, string more = "") =>
        $$$"""{"Secrets":[{"SecretID":"1","SecretName":"{{{name}}}","File":{"Name":"{{{target}}}"{{{more}}}}}]""";

    [Theory]
    [MemberData(nameof(Specs))]
    public void Spec_IsRefused_ForItsOwnReasonAlone(string json, string? reason) => Check(json, reason);

    [Theory]
    [MemberData(nameof(Containers))]
    public void Container_IsRefused_ForItsOwnReasonAlone(string json, string? reason) => Check(Template("{\"ContainerSpec\":" + json + "}"), reason);

    [Fact]
    public void EveryReason_IsGivenAtOnce()
    {
        var spec = Good with { Name = "-", TaskTemplate = new() { ContainerSpec = new() { Image = "A", Dir = "x", Secrets = [new()] } } };
        var refused = Assert.Throws<SwarmException>(() => SpecValidation.Check(spec).ThrowIfAny("The service"));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refused.Code);
        Assert.Contains("for 4 reasons", refused.Message);
        foreach (var path in new[] { "Name: ", "ContainerSpec.Image: ", "ContainerSpec.Dir: ", "ContainerSpec.Secrets[0]: " })
            Assert.Contains(path, refused.Message);
    }

    [Fact]
    public void WhatIsRightButNotSupported_HasItsOwnCode()
    {
        var spec = Good with { TaskTemplate = new() { ContainerSpec = new() { Image = "a", Privileges = new() { CredentialSpec = new(File: "x") } } } };
        Assert.Equal(SwarmErrorCode.Unimplemented, Assert.Throws<SwarmException>(() => SpecValidation.Check(spec).ThrowIfAny("The service")).Code);
    }

    [Fact]
    public void NameAndMode_CannotChange()
    {
        Assert.Empty(SpecValidation.Check(Good, Good with { Mode = new() { Replicated = new(3) } }));
        Assert.Contains("renaming services is not supported", Assert.Single(SpecValidation.Check(Good, Good with { Name = "api" })).Message);
        var change = SpecValidation.Check(Good with { Mode = new() { Global = new() } }, Good);
        Assert.Contains("service mode change is not allowed (global to replicated)", Assert.Single(change).Message);
        Assert.True(change[0].Unsupported);
    }

    private static string Template(string json) => "{\"TaskTemplate\":" + json + "}";

    /// <summary>Lays the fields over a good spec and compares.</summary>
    private static void Check(string json, string? reason)
    {
        var over = Newtonsoft.Json.Linq.JObject.Parse(json);
        var spec = Newtonsoft.Json.Linq.JObject.FromObject(Good, ApiJson.Serializer);
        if (over["TaskTemplate"] is { HasValues: false })
            spec.Remove("TaskTemplate");
        spec.Merge(over, new() { MergeNullValueHandling = Newtonsoft.Json.Linq.MergeNullValueHandling.Merge });
        var problems = SpecValidation.Check(ApiJson.Read<ServiceSpec>(spec.ToString()));
        if (reason is null)
            Assert.Empty(problems);
        else
            Assert.Contains(reason, Assert.Single(problems).ToString());
    }
}
