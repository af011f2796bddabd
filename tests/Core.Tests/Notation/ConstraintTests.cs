using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Core.Tests.Notation;

public sealed class ConstraintTests
{
    private static readonly Node Worker = new()
    {
        Id = "n1abc",
        Spec = new() { Role = NodeRole.Worker, Labels = new([new("disk", "SSD"), new("Zone", "a")]) },
        Status = new() { Addr = "10.1.2.3" },
        Description = new()
        {
            Hostname = "Web-1",
            Platform = new() { OS = "linux", Architecture = "x86_64" },
            Engine = new() { Labels = new([new("rack", "r 7")]) },
        },
    };

    [Theory]
    [InlineData("node.id == N1ABC", true)]
    [InlineData("node.id==n1ab", false)]
    [InlineData("node.hostname == web-1", true)]
    [InlineData("node.hostname != web-1", false)]
    [InlineData("NODE.ROLE == Worker", true)]
    [InlineData("node.role != manager", true)]
    [InlineData("node.platform.os == Linux", true)]
    [InlineData("node.platform.arch == amd64", true)]
    [InlineData("node.platform.arch == x86_64", true)]
    [InlineData("node.platform.arch == aarch64", false)]
    [InlineData("node.labels.disk == ssd", true)]
    [InlineData("node.labels.Disk == ssd", false)]
    [InlineData("node.labels.zone != a", true)]
    [InlineData("node.labels.none != anything", true)]
    [InlineData("node.labels.none == anything", false)]
    [InlineData("engine.labels.rack == R 7", true)]
    [InlineData("node.ip == 10.1.2.3", true)]
    [InlineData("node.ip == 10.1.0.0/16", true)]
    [InlineData("node.ip == 10.1.2.2/31", true)]
    [InlineData("node.ip == 10.1.2.4/31", false)]
    [InlineData("node.ip != 10.0.0.0/8", false)]
    [InlineData("node.ip == 0.0.0.0/0", true)]
    [InlineData("node.ip == fd00::/8", false)]
    public void Constraint_IsMet_AsItSays(string text, bool met) => Assert.Equal(met, Constraints.Parse(text).IsMetBy(Worker));

    [Theory]
    [InlineData("node.labels.disk", "neither == nor !=")]
    [InlineData("node.labels.disk = ssd", "neither == nor !=")]
    [InlineData("node.label.disk == ssd", "node.labels.KEY")]
    [InlineData("node.labels. == ssd", "node.labels.KEY")]
    [InlineData("os == linux", "node.platform.os")]
    [InlineData("== linux", "node.platform.os")]
    [InlineData("node.labels.a$b == c", "label's key")]
    [InlineData("node.labels.disk ==", "no value")]
    [InlineData("node.hostname == web-*", "patterns")]
    [InlineData("node.hostname == ^web|db$", "patterns")]
    [InlineData("node.hostname == web==2", "patterns")]
    [InlineData("node.role == boss", "worker or a manager")]
    [InlineData("node.ip == 10.1.2.3/33", "10.1.0.0/16")]
    [InlineData("node.ip == here", "10.1.0.0/16")]
    public void WrongConstraint_IsRefused_WithWhatWasExpected(string text, string expected)
    {
        Assert.False(Constraints.TryParse(text, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.Contains(text, problem, StringComparison.Ordinal);
        Assert.Equal(problem, Assert.Throws<FormatException>(() => Constraints.Parse(text)).Message);
    }

    [Fact]
    public void Constraints_AreAllAskedFor()
    {
        var both = Constraints.Of(new() { Constraints = ["node.labels.disk == ssd", "node.role == manager"] });
        Assert.False(both.AreMetBy(Worker));
        Assert.True(both.AreMetBy(Worker with { Spec = Worker.Spec with { Role = NodeRole.Manager } }));
        Assert.True(Constraints.Of(null).AreMetBy(Worker));
    }

    [Fact]
    public void NodeWithoutDescription_MeetsOnlyNegations()
    {
        var bare = new Node { Id = "n" };
        Assert.False(Constraints.Parse("node.hostname == a").IsMetBy(bare));
        Assert.False(Constraints.Parse("node.ip == 0.0.0.0/0").IsMetBy(bare));
        Assert.True(Constraints.Parse("engine.labels.a != b").IsMetBy(bare));
    }

    [Fact]
    public void Constraint_ReadsBackAsWritten() =>
        Assert.Equal("node.labels.Disk != ssd", Constraints.Parse("node.labels.Disk!=ssd").ToString());

    [Theory]
    [InlineData("node.labels.Zone", "a")]
    [InlineData("engine.labels.rack", "r 7")]
    [InlineData("node.labels.none", "")]
    public void SpreadLabel_NamesTheNodesBranch(string text, string branch) =>
        Assert.Equal(branch, SpreadDescriptors.Parse(text).BranchOf(Worker));

    [Theory]
    [InlineData("zone")]
    [InlineData("node.id")]
    [InlineData("node.labels.")]
    public void WrongSpread_IsRefused(string text) => Assert.Throws<FormatException>(() => SpreadDescriptors.Parse(text));

    [Theory]
    [InlineData("linux", "amd64", true)]
    [InlineData("linux", "x86_64", true)]
    [InlineData("", "", true)]
    [InlineData("linux", null, true)]
    [InlineData("linux", "arm64", false)]
    [InlineData("windows", "amd64", false)]
    public void Platform_Fits_WhateverTheNameOfItsArchitecture(string os, string? architecture, bool fits) =>
        Assert.Equal(fits, Platforms.Fits(new() { OS = os, Architecture = architecture }, Worker.Description!.Platform!));
}
