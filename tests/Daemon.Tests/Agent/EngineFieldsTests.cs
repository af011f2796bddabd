using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>A task that asks for what its engine does not know is refused, naming it; an engine would pass over it.</summary>
public sealed class EngineFieldsTests : IAsyncDisposable
{
    private readonly AgentHarness agent = new();

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    public static TheoryData<string, ContainerSpec> Fields => new()
    {
        { "Healthcheck.StartInterval (API 1.44, Docker 25.0)", new() { Healthcheck = new() { StartInterval = TimeSpan.FromSeconds(1) } } },
        { "Mounts.BindOptions.CreateMountpoint (API 1.42, Docker 23.0)", With(new() { Type = MountType.Bind, BindOptions = new() { CreateMountpoint = true } }) },
        { "Mounts.BindOptions.ReadOnlyNonRecursive (API 1.44, Docker 25.0)", With(new() { Type = MountType.Bind, BindOptions = new() { ReadOnlyNonRecursive = true } }) },
        { "Mounts.BindOptions.ReadOnlyForceRecursive (API 1.44, Docker 25.0)", With(new() { Type = MountType.Bind, BindOptions = new() { ReadOnlyForceRecursive = true } }) },
        { "Mounts.VolumeOptions.Subpath (API 1.45, Docker 26.0)", With(new() { VolumeOptions = new() { Subpath = "a" } }) },
        { "Mounts.TmpfsOptions.Options (API 1.46, Docker 27.0)", With(new() { Type = MountType.Tmpfs, TmpfsOptions = new() { Options = [["noexec"]] } }) },
        { "Mounts.Type image (API 1.48, Docker 28.0)", With(new() { Type = MountType.Image }) },
        { "Mounts.ImageOptions.Subpath (API 1.48, Docker 28.0)", With(new() { Type = MountType.Image, ImageOptions = new("a") }) },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void FieldOfANewerEngine_IsRefused_ByAnOlderOne_AndTakenByThatOne(string field, ContainerSpec spec)
    {
        Assert.True(EngineFields.AsksForNewer(spec));
        var refused = Assert.Throws<TaskRefusedException>(() => EngineFields.Check(spec, new(1, 41)));
        Assert.Contains(field, refused.Message);
        Assert.Contains("engine (API 1.41)", refused.Message);
        EngineFields.Check(spec, new(1, 48));
    }

    [Fact]
    public void OrdinarySpec_AsksForNothingNew() =>
        Assert.False(EngineFields.AsksForNewer(new() { Image = "a", Healthcheck = new() { Interval = TimeSpan.FromSeconds(1) }, Mounts = [new() { Type = MountType.Bind, BindOptions = new() { Propagation = "rslave", CreateMountpoint = false } }] }));

    [Fact]
    public async Task Task_IsRejected_WithTheFieldsName_AndStarts_OnceTheEngineKnowsIt()
    {
        var spec = new ContainerSpec { Image = "swarmps/test:1", Healthcheck = new() { StartInterval = TimeSpan.FromSeconds(1) } };
        await agent.StartAsync(Samples.Task(spec));
        await agent.ReachesAsync("task1", TaskState.Rejected);
        Assert.Contains("does not know Healthcheck.StartInterval (API 1.44, Docker 25.0)", agent.Dispatcher.Last("task1")!.Err);
        Assert.Equal(0, agent.Engine.Count("create web.1.task1"));
        agent.Engine.ApiVersion = new(1, 44);
        agent.Dispatcher.Send(complete: false, Samples.Task(spec, "task2", 2));
        await agent.ReachesAsync("task2", TaskState.Running);
        // Whoever asks for nothing new costs no question.
        var asked = agent.Engine.Count("version");
        agent.Dispatcher.Send(complete: false, Samples.Task(id: "task3", slot: 3));
        await agent.ReachesAsync("task3", TaskState.Running);
        Assert.Equal(asked, agent.Engine.Count("version"));
    }

    private static ContainerSpec With(Mount mount) => new() { Mounts = [mount] };
}
