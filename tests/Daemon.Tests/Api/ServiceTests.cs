using Newtonsoft.Json.Linq;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class ServiceTests
{
    private const string Web = """{"Name":"web","Labels":{"tier":"front"},"TaskTemplate":{"ContainerSpec":{"Image":"busybox:1","Env":["A=1"]}},"Mode":{"Replicated":{"Replicas":2}}}""";

    [Fact]
    public async Task Created_IsStored_AsItWasAskedFor()
    {
        await using var api = await ApiHarness.StartAsync();
        var (status, answer) = await api.SendAsync("POST", "/v1.41/services/create", Web);
        Assert.Equal(201, status);
        var service = await api.OkAsync("GET", $"/services/{answer!["ID"]}");
        Assert.Equal(25, ((string)service!["ID"]!).Length);
        Assert.Equal(("web", "front", "busybox:1", 2, "container", "vip"), (
            (string?)service["Spec"]!["Name"], (string?)service["Spec"]!["Labels"]!["tier"], (string?)service["Spec"]!["TaskTemplate"]!["ContainerSpec"]!["Image"],
            (int)service["Spec"]!["Mode"]!["Replicated"]!["Replicas"]!, (string?)service["Spec"]!["TaskTemplate"]!["Runtime"], (string?)service["Endpoint"]!["Spec"]!["Mode"]));
        Assert.Equal(api.Membership.Store.Current.Services.All.Single().SpecVersion, (ulong)service["Version"]!["Index"]!);
    }

    [Fact]
    public async Task NameThatIsTaken_Is409_InDockersWords()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Web);
        Assert.Equal("rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists", await api.RefusedAsync(409, "POST", "/services/create", Web));
    }

    [Fact]
    public async Task NamelessService_GetsAReadableName()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", """{"TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""");
        var spec = api.Membership.Store.Current.Services.All.Single().Spec;
        Assert.Matches("^[a-z]+_[a-z]+[0-9]{1,2}$", spec.Name);
        Assert.Equal(1ul, spec.Mode!.Replicated!.Replicas);
    }

    [Theory]
    [InlineData("""{"Name":"-","TaskTemplate":{"ContainerSpec":{"Image":""}}}""", 400, "for 2 reasons")]
    [InlineData("""{"Name":"x","TaskTemplate":{"ContainerSpec":{"Image":"a","Secrets":[{"SecretName":"s"}]}}}""", 400, "malformed secret reference")]
    [InlineData("""{"Name":"x"}""", 400, "a service needs a container")]
    [InlineData("""{"Name":"x","TaskTemplate":null}""", 400, "a service needs a container")]
    [InlineData("""[]""", 400, "invalid JSON in the body")]
    [InlineData("""{"Name":"x","Mode":{"Replicated":{"Replicas":-1}}}""", 400, "invalid JSON in the body")]
    [InlineData("", 400, "invalid JSON in the body")]
    public async Task WrongService_IsRefused_AndNothingIsStored(string body, int status, string message)
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Contains(message, await api.RefusedAsync(status, "POST", "/services/create", body));
        Assert.Equal(0, api.Membership.Store.Current.Services.Count);
    }

    [Fact]
    public async Task Job_HasItsCounts_AndItsStatus()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", """{"Name":"j","TaskTemplate":{"ContainerSpec":{"Image":"a"}},"Mode":{"ReplicatedJob":{"MaxConcurrent":2}}}""");
        var job = api.Membership.Store.Current.ServiceNamed("j")!;
        Assert.Equal((2ul, 2ul), (job.Spec.Mode!.ReplicatedJob!.MaxConcurrent, job.Spec.Mode.ReplicatedJob.TotalCompletions));
        TaskState[] states = [TaskState.Complete, TaskState.Running, TaskState.Failed];
        await api.Membership.Store.UpdateAsync(
            tx =>
            {
                for (var i = 0; i < states.Length; i++)
                    tx.Put(new SwarmTask { Id = $"t{i}", ServiceId = job.Id, Slot = (ulong)Math.Min(i, 1), JobIteration = new(0), DesiredState = i == 2 ? TaskState.Shutdown : TaskState.Complete, Status = new() { State = states[i] } });
                tx.Put(new SwarmTask { Id = "old", ServiceId = job.Id, JobIteration = new(7), DesiredState = TaskState.Remove, Status = new() { State = TaskState.Complete } });
                return 0;
            },
            api.Stop);
        var status = (await api.OkAsync("GET", "/services?status=true"))![0]!["ServiceStatus"]!;
        Assert.Equal((1, 1, 1), ((int)status["RunningTasks"]!, (int)status["DesiredTasks"]!, (int)status["CompletedTasks"]!));
        var convergence = await api.OkAsync("GET", "/swarmps/services/j/convergence");
        Assert.Equal(("converging", 2, 1, 1), ((string?)convergence!["State"], (int)convergence["Desired"]!, (int)convergence["Completed"]!, (int)convergence["Running"]!));
    }

    [Fact]
    public async Task Rollout_IsPausedAndResumed_OnlyWhereThereIsOne()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Web);
        var service = api.Membership.Store.Current.ServiceNamed("web")!;
        Assert.Contains("has no update that is under way", await api.RefusedAsync(400, "POST", $"/services/web/update?version={service.Version.Index}&rollout=pause", Web));
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(service with { UpdateStatus = new() { State = UpdateState.Updating } }); return 0; }, api.Stop);
        await SetAsync("pause");
        Assert.Equal((UpdateState.Paused, service.Spec), (Now().UpdateStatus!.State, Now().Spec));
        await SetAsync("resume");
        Assert.Equal(UpdateState.Updating, Now().UpdateStatus!.State);
        Assert.Contains("unsupported rollout", await api.RefusedAsync(400, "POST", $"/services/web/update?version={Now().Version.Index}&rollout=stop", Web));

        Service Now() => api.Membership.Store.Current.ServiceNamed("web")!;
        Task SetAsync(string rollout) => api.OkAsync("POST", $"/services/web/update?version={Now().Version.Index}&rollout={rollout}", """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"other"}}}""");
    }

    [Theory]
    [InlineData("""{"Labels":{"swarmps.privileged":"true"}}""", "privileged")]
    [InlineData("""{"Labels":{"swarmps.devices":"/dev/fuse"}}""", "devices")]
    [InlineData("""{"Privileges":{"Seccomp":{"Mode":"unconfined"}}}""", "security-options")]
    [InlineData("""{"Privileges":{"AppArmor":{"Mode":"disabled"}}}""", "security-options")]
    [InlineData("""{"Privileges":{"SELinuxContext":{"Disable":true}}}""", "security-options")]
    public async Task WhatWeakensTheWall_IsForSwarmsThatAdmitIt(string fields, string word)
    {
        await using var api = await ApiHarness.StartAsync();
        var container = JObject.Parse(fields);
        container["Image"] = "a";
        var spec = new JObject { ["Name"] = "x", ["TaskTemplate"] = new JObject { ["ContainerSpec"] = container } };
        Assert.Contains($"Set-Swarm -Admit {word}", await api.RefusedAsync(400, "POST", "/services/create", spec.ToString()));
        await api.OkAsync("POST", "/services/create", Web);
        var version = api.Membership.Store.Current.ServiceNamed("web")!.Version.Index;
        spec["Name"] = "web";
        Assert.Contains($"Set-Swarm -Admit {word}", await api.RefusedAsync(400, "POST", $"/services/web/update?version={version}", spec.ToString()));
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(tx.View.Swarm! with { Spec = tx.View.Swarm!.Spec with { Labels = new([new("swarmps.admission", $"{word}, other")]) } }); return 0; }, api.Stop);
        spec["Name"] = "x";
        await api.OkAsync("POST", "/services/create", spec.ToString());
    }

    [Fact]
    public async Task BodyBeyondTheLimit_IsRefused()
    {
        await using var api = await ApiHarness.StartAsync();
        var (status, _) = await api.SendAsync("POST", "/services/create", $$"""{"Name":"{{new string('x', 5 << 20)}}"}""");
        Assert.Equal(400, status);
    }

    [Fact]
    public async Task BodyOfAnotherType_IsRefused()
    {
        await using var api = await ApiHarness.StartAsync();
        using var answer = await api.Client.PostAsync("/services/create", new StringContent(Web, System.Text.Encoding.UTF8, "text/plain"), api.Stop);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("must be 'application/json'", await answer.Content.ReadAsStringAsync(api.Stop));
    }

    [Fact]
    public async Task Update_ComesFromTheLastVersion_OrIsOutOfSequence()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Web);
        var before = api.Membership.Store.Current.ServiceNamed("web")!;
        Assert.Contains("invalid service version ''", await api.RefusedAsync(400, "POST", "/services/web/update", Web));
        var url = $"/services/web/update?version={before.Version.Index}";
        await api.OkAsync("POST", url, Web.Replace("\"Replicas\":2", "\"Replicas\":5"));
        var scaled = api.Membership.Store.Current.ServiceNamed("web")!;
        Assert.Equal((5ul, 2ul), (scaled.Spec.Mode!.Replicated!.Replicas, scaled.PreviousSpec!.Mode!.Replicated!.Replicas));
        // Scaling asks for no new tasks; a new image does.
        Assert.Equal(before.SpecVersion, scaled.SpecVersion);
        Assert.Equal(SwarmException.OutOfSequenceText, await api.RefusedAsync(500, "POST", url, Web));
        await api.OkAsync("POST", $"/services/{scaled.Id}/update?version={scaled.Version.Index}", Web.Replace("busybox:1", "busybox:2"));
        var changed = api.Membership.Store.Current.ServiceNamed("web")!;
        Assert.Equal(changed.Version.Index, changed.SpecVersion);
    }

    [Fact]
    public async Task NameAndMode_CannotBeUpdated()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Web);
        var url = $"/services/web/update?version={api.Membership.Store.Current.ServiceNamed("web")!.Version.Index}";
        Assert.Contains("renaming services is not supported", await api.RefusedAsync(501, "POST", url, Web.Replace("\"web\"", "\"api\"")));
        Assert.Contains("service mode change is not allowed", await api.RefusedAsync(501, "POST", url, Web.Replace("""{"Replicated":{"Replicas":2}}""", """{"Global":{}}""")));
    }

    [Fact]
    public async Task Rollback_GoesBackToThePreviousSpec_AndForthAgain()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Web);
        ulong Version() => api.Membership.Store.Current.ServiceNamed("web")!.Version.Index;
        Assert.Contains("does not have a previous spec", await api.RefusedAsync(400, "POST", $"/services/web/update?version={Version()}&rollback=previous", Web));
        await api.OkAsync("POST", $"/services/web/update?version={Version()}", Web.Replace("busybox:1", "busybox:2"));
        Assert.Contains("unrecognized rollback option next", await api.RefusedAsync(400, "POST", $"/services/web/update?version={Version()}&rollback=next", Web));
        await api.OkAsync("POST", $"/services/web/update?version={Version()}&rollback=previous", Web);
        var service = api.Membership.Store.Current.ServiceNamed("web")!;
        Assert.Equal(("busybox:1", "busybox:2", UpdateState.RollbackStarted), (service.Spec.TaskTemplate.ContainerSpec!.Image, service.PreviousSpec!.TaskTemplate.ContainerSpec!.Image, service.UpdateStatus!.State));
    }

    [Fact]
    public async Task RegistryCredentials_AreKept_AndShownNowhere()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.SendAsync("POST", "/services/create", Web, ("X-Registry-Auth", "c2VjcmV0"));
        string? Auth() => api.Membership.Store.Current.ServiceNamed("web")!.Spec.TaskTemplate.ContainerSpec!.RegistryAuth?.Header;
        ulong Version() => api.Membership.Store.Current.ServiceNamed("web")!.Version.Index;
        Assert.Equal("c2VjcmV0", Auth());
        await api.OkAsync("POST", $"/services/web/update?version={Version()}", Web);
        Assert.Equal("c2VjcmV0", Auth());
        await api.SendAsync("POST", $"/services/web/update?version={Version()}", Web, ("X-Registry-Auth", "bmV3"));
        Assert.Equal("bmV3", Auth());
        await api.OkAsync("POST", $"/services/web/update?version={Version()}&registryAuthFrom=previous-spec", Web);
        Assert.Equal("c2VjcmV0", Auth());
        Assert.DoesNotContain("c2VjcmV0", (await api.OkAsync("GET", "/services/web"))!.ToString());
        Assert.Contains("unsupported registryAuthFrom x", await api.RefusedAsync(400, "POST", $"/services/web/update?version={Version()}&registryAuthFrom=x", Web));
    }

    [Fact]
    public async Task Removed_IsGone()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Web);
        await api.OkAsync("DELETE", "/services/web");
        Assert.Equal("service web not found", await api.RefusedAsync(404, "DELETE", "/services/web"));
    }

    [Fact]
    public async Task Inspect_FillsInDefaults_WhereAsked()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", Web);
        Assert.Null((await api.OkAsync("GET", "/services/web"))!["Spec"]!["UpdateConfig"]);
        var spec = (await api.OkAsync("GET", "/services/web?insertDefaults=true"))!["Spec"]!;
        Assert.Equal((10_000_000_000, 5_000_000_000, "any", "stop-first", "pause", 1), (
            (long)spec["TaskTemplate"]!["ContainerSpec"]!["StopGracePeriod"]!, (long)spec["TaskTemplate"]!["RestartPolicy"]!["Delay"]!, (string?)spec["TaskTemplate"]!["RestartPolicy"]!["Condition"],
            (string?)spec["UpdateConfig"]!["Order"], (string?)spec["RollbackConfig"]!["FailureAction"], (int)spec["UpdateConfig"]!["Parallelism"]!));
    }

    [Fact]
    public async Task PredefinedNetwork_IsKnownByName_WhateverItsIdOnThisEngine()
    {
        await using var engine = FakeEngine.Of((head, stream, _) => head.Contains("/networks/", StringComparison.Ordinal)
            ? FakeEngine.JsonAsync(stream, head.Contains("scope=swarm", StringComparison.Ordinal) ? 404 : 200, """{"Id":"abc123","Name":"host"}""")
            : FakeEngine.JsonAsync(stream, 404, "{}"));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        // The docker client asks for networks of the swarm only, then sends the id.
        Assert.Equal("abc123", (string?)(await api.OkAsync("GET", "/v1.41/networks/host?scope=swarm"))!["Id"]);
        await api.OkAsync("POST", "/services/create", Web.Replace("\"TaskTemplate\":{", "\"TaskTemplate\":{\"Networks\":[{\"Target\":\"abc123\"}],"));
        Assert.Equal("host", api.Membership.Store.Current.ServiceNamed("web")!.Spec.TaskTemplate.Networks![0].Target);
        var (status, _) = await api.SendAsync("GET", "/networks/mine?scope=swarm");
        Assert.Equal(404, status);
    }

    [Fact]
    public async Task NetworksOfTheService_AreAnsweredInItsTemplate()
    {
        await using var api = await ApiHarness.StartAsync();
        var network = (string)(await api.OkAsync("POST", "/networks/create", """{"Name":"back","Driver":"overlay"}"""))!["Id"]!;
        await api.OkAsync("POST", "/v1.44/services/create", Web.Replace("\"TaskTemplate\":{", "\"Networks\":[{\"Target\":\"back\"}],\"TaskTemplate\":{"));
        var service = (await api.OkAsync("GET", "/services/web"))!;
        Assert.Null(service["Spec"]!["Networks"]);
        Assert.Equal(network, (string?)service["Spec"]!["TaskTemplate"]!["Networks"]![0]!["Target"]);
        // The template's networks count where a client names both.
        var spec = (JObject)service["Spec"]!;
        spec["Networks"] = new JArray();
        await api.OkAsync("POST", $"/v1.44/services/{(string?)service["ID"]}/update?version={(string?)service["Version"]!["Index"]}", spec.ToString());
        Assert.Equal(network, (string?)(await api.OkAsync("GET", "/services/web"))!["Spec"]!["TaskTemplate"]!["Networks"]![0]!["Target"]);
    }

    [Fact]
    public async Task List_ShowsCounts_WhereAsked()
    {
        await using var api = await ApiHarness.StartAsync();
        var id = (string)(await api.OkAsync("POST", "/services/create", Web))!["ID"]!;
        await api.Membership.Store.UpdateAsync(
            tx =>
            {
                tx.Put(new SwarmTask { Id = "t1", ServiceId = id, Slot = 1, DesiredState = TaskState.Running, Status = new() { State = TaskState.Running } });
                tx.Put(new SwarmTask { Id = "t2", ServiceId = id, Slot = 2, DesiredState = TaskState.Running, Status = new() { State = TaskState.Preparing } });
                tx.Put(new SwarmTask { Id = "t3", ServiceId = id, Slot = 2, DesiredState = TaskState.Shutdown, Status = new() { State = TaskState.Running } });
            },
            api.Stop);
        Assert.Null((await api.OkAsync("GET", "/services"))![0]!["ServiceStatus"]);
        var status = (await api.OkAsync("GET", "/services?status=true"))![0]!["ServiceStatus"]!;
        Assert.Equal((1, 2, 0), ((int)status["RunningTasks"]!, (int)status["DesiredTasks"]!, (int)status["CompletedTasks"]!));
        Assert.Equal(JTokenType.Array, (await api.OkAsync("GET", """/services?filters={"name":{"none":true}}"""))!.Type);
    }
}
