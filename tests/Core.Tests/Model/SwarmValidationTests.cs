using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Core.Tests.Model;

public sealed class SwarmValidationTests
{
    [Fact]
    public void SwarmOfDefaults_IsRight() =>
        Assert.Empty(SpecValidation.Check(new SwarmSpec { Name = "default", CAConfig = new() { NodeCertExpiry = TimeSpan.FromHours(1), ForceRotate = 0 }, EncryptionConfig = new(false) }));

    [Fact]
    public void WrongSwarm_IsRefused_ForEveryReason()
    {
        var problems = SpecValidation.Check(new SwarmSpec
        {
            Name = "mine",
            Labels = new([new("swarmps.rebalance", "many")]),
            Dispatcher = new(TimeSpan.FromSeconds(-1)),
            CAConfig = new() { NodeCertExpiry = TimeSpan.FromMinutes(59), ExternalCAs = [new()], SigningCACert = "a root without its key" },
            EncryptionConfig = new(true),
        });
        Assert.Equal(
            ["Name", "Dispatcher.HeartbeatPeriod", "CAConfig.NodeCertExpiry", "Labels[swarmps.rebalance]", "CAConfig.SigningCACert", "CAConfig.ExternalCAs"],
            problems.Select(problem => problem.Path));
        Assert.Equal([false, false, false, false, false, true], problems.Select(problem => problem.Unsupported));
    }

    [Fact]
    public void NodeLabelWithoutKey_IsRefused() =>
        Assert.Equal("Labels", Assert.Single(SpecValidation.Check(new NodeSpec { Labels = new([new("", "x")]) })).Path);
}
