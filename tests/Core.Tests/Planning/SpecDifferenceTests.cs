using Newtonsoft.Json.Linq;
using SwarmPS.Model;
using SwarmPS.Planning;

namespace SwarmPS.Core.Tests.Planning;

public sealed class SpecDifferenceTests
{
    private static readonly ServiceSpec Web = new()
    {
        Name = "web",
        Labels = new([new("team", "a"), new("com.example.tier", "front")]),
        Mode = new() { Replicated = new(3) },
        TaskTemplate = new() { ContainerSpec = new() { Image = "web:1", Env = ["A=1", "B=2", "B=2"], RegistryAuth = new("secret") } },
    };

    [Fact]
    public void SameSpec_HasNoDifference() => Assert.Empty(SpecDifference.Of(Web, Web with { Labels = new([.. Web.Labels!]) }));

    [Fact]
    public void NewSpec_HasAllItsFields_AndNoSecret()
    {
        var changes = Tell(null, Web);
        Assert.Contains("Mode.Replicated.Replicas:  -> 3", changes);
        Assert.Contains("Labels['com.example.tier']:  -> front", changes);
        Assert.DoesNotContain(changes, change => change.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void EntriesOfLists_AreToldOneByOne()
    {
        Assert.Equal(["TaskTemplate.ContainerSpec.Env: [\"A=1\",\"B=2\"] -> [\"C=3\"]"], Tell(Web, WithEnv("B=2", "C=3")));
        Assert.Equal(["TaskTemplate.ContainerSpec.Env:  -> [\"C=3\"]"], Tell(Web, WithEnv("A=1", "C=3", "B=2", "B=2")));
    }

    [Fact]
    public void ListInAnotherOrder_IsToldAsAWhole() =>
        Assert.Equal(["TaskTemplate.ContainerSpec.Env: [\"A=1\",\"B=2\",\"B=2\"] -> [\"B=2\",\"A=1\",\"B=2\"]"], Tell(Web, WithEnv("B=2", "A=1", "B=2")));

    [Fact]
    public void FieldsThatComeAndGo_AreToldByTheirLeaves()
    {
        Assert.Equal(
            ["Labels['com.example.tier']: front -> ", "Labels.team: a -> "],
            Tell(Web, Web with { Labels = null }));
        Assert.Equal(["UpdateConfig.Parallelism:  -> 2", "UpdateConfig.MaxFailureRatio:  -> 0", "UpdateConfig.Order:  -> start-first"], Tell(Web, Web with { UpdateConfig = new() { Parallelism = 2, Order = UpdateOrder.StartFirst } }));
    }

    [Fact]
    public void FieldThatIsThereWithoutAnything_IsToldItself() =>
        Assert.Equal(["Mode.Global:  -> {}", "Mode.Replicated.Replicas: 3 -> "], Tell(Web, Web with { Mode = new() { Global = new() } }));

    private static ServiceSpec WithEnv(params string[] env) =>
        Web with { TaskTemplate = Web.TaskTemplate with { ContainerSpec = Web.TaskTemplate.ContainerSpec! with { Env = env.ToValueList() } } };

    private static List<string> Tell(ServiceSpec? old, ServiceSpec now) =>
        [.. SpecDifference.Of(old, now).Select(change => $"{change.Field}: {Text(change.Old)} -> {Text(change.New)}")];

    private static string Text(JToken? value) => value is null or JValue ? (string?)value ?? "" : value.ToString(Newtonsoft.Json.Formatting.None);
}
