using Docker.DotNet.Models;
using SwarmPS.Daemon.Agent.Engine;

namespace SwarmPS.Daemon.Tests.Agent;

public sealed class EngineAnswersTests
{
    [Theory]
    [InlineData("0.0.0.0:8080,:::8080", "8080")]
    [InlineData("0.0.0.0:49153,:::49154", "49153")]
    [InlineData("0.0.0.0:8080,0.0.0.0:8081,:::8080,:::8081", "8080,8081")]
    [InlineData(":::8080", "8080")]
    [InlineData("127.0.0.1:8080,::1:8080,0.0.0.0:8081,:::8081", "127.0.0.1 8080,::1 8080,8081")]
    [InlineData("", "")]
    public void PublishedPort_IsToldOnce_AndAsIPv4HasIt(string bindings, string ports)
    {
        var bound = bindings.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(binding => new PortBinding
        {
            HostIP = binding[..binding.LastIndexOf(':')],
            HostPort = binding[(binding.LastIndexOf(':') + 1)..],
        });
        var container = EngineAnswers.Container(new ContainerInspectResponse
        {
            ID = "c1",
            State = new() { Status = "running" },
            NetworkSettings = new() { Ports = new Dictionary<string, IList<PortBinding>> { ["80/tcp"] = [.. bound] } },
        });
        Assert.Equal(ports, string.Join(',', container.Ports.Select(port => $"{port.HostIP} {port.PublishedPort}".Trim())));
    }
}
