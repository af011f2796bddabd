using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmService;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmService;

/// <summary>Images get the digest that the registry has under their name, as the docker client does it.</summary>
public sealed class ImagePinTests
{
    private static readonly DistributionAnswer Answer = new() { Descriptor = new("sha256:feed"), Platforms = [new() { OS = "linux", Architecture = "amd64" }, new() { OS = "linux", Architecture = "arm" }] };

    private static async Task<FakeDaemon> DaemonAsync() => (await FakeDaemon.StartAsync()).Has(Samples.Web).Json("GET /services/new1", () => Samples.Web).Json("GET /distribution/*/json", () => Answer);

    [Fact]
    public async Task New_PinsTheImage_AndItsPlatforms()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("New-SwarmService api redis -Constraint 'node.role == worker' -NoWait").Clean();
        Assert.Equal("/distribution/redis/json", daemon.Requests.Single(request => request.Path.StartsWith("/distribution", StringComparison.Ordinal)).Path);
        var template = daemon.Changes.Single(change => change.Path == "/services/create").As<ServiceSpec>().TaskTemplate;
        Assert.Equal("redis:latest@sha256:feed", template.ContainerSpec!.Image);
        Assert.Equal(["linux/amd64", "linux/"], template.Placement!.Platforms!.Select(platform => $"{platform.OS}/{platform.Architecture}"));
        Assert.Equal("node.role == worker", Assert.Single(template.Placement.Constraints!));
    }

    [Fact]
    public async Task Update_PinsANewImage_AndAsksForNoOther()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Update-SwarmService web -Env A=2 -NoWait").Clean();
        Assert.DoesNotContain(daemon.Requests, request => request.Path.StartsWith("/distribution", StringComparison.Ordinal));
        Assert.Equal("nginx:1@sha256:abc", daemon.Changes.Last().As<ServiceSpec>().TaskTemplate.ContainerSpec!.Image);
        prompt.Run("Update-SwarmService web -Image nginx:2 -NoWait").Clean();
        Assert.Equal("nginx:2@sha256:feed", daemon.Changes.Last().As<ServiceSpec>().TaskTemplate.ContainerSpec!.Image);
    }

    [Fact]
    public async Task RegistryThatDoesNotTell_IsWarnedOf_AndTheImageStaysAsItIsWritten()
    {
        await using var daemon = await DaemonAsync();
        daemon.Refuse("GET /distribution/*/json", 500, "no such host");
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("New-SwarmService api redis -NoWait");
        outcome.Clean();
        Assert.Contains("image redis could not be accessed on a registry to record its digest", Assert.Single(outcome.Warnings));
        Assert.Contains("no such host", outcome.Warnings[0]);
        Assert.Equal("redis", daemon.Changes.Single(change => change.Path == "/services/create").As<ServiceSpec>().TaskTemplate.ContainerSpec!.Image);
        Assert.Empty(prompt.Run("New-SwarmService api redis@sha256:beef -NoWait").Warnings);
    }

    [Theory]
    [InlineData("New-SwarmService api redis -NoResolveImage -NoWait")]
    [InlineData("Update-SwarmService web -Image nginx:2 -NoResolveImage -NoWait")]
    public async Task NoResolveImage_AsksNobody(string script)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Empty(prompt.Run(script).Warnings);
        Assert.DoesNotContain(daemon.Requests, request => request.Path.StartsWith("/distribution", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("registry:5000/team/app", "registry:5000/team/app:latest@sha256:feed")]
    [InlineData("app@sha256:beef", "app@sha256:beef")]
    public void Pin_KeepsRegistryAndTag(string image, string pinned) => Assert.Equal(pinned, ImagePin.Of(image, Answer)!.Image);

    [Fact]
    public void AnswerWithoutDigest_PinsNothing() => Assert.Null(ImagePin.Of("a", new()));
}
