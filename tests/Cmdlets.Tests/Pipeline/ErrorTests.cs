using System.Management.Automation;
using System.Net.Sockets;

namespace SwarmPS.Cmdlets.Tests.Pipeline;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(404, "service web not found in the snapshot", "ServiceNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData(404, "rpc error: code = NotFound desc = network back is not found", "NetworkNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData(409, "name conflicts with an existing object: service web already exists", "ServiceExists", ErrorCategory.ResourceExists)]
    [InlineData(400, "invalid name", "InvalidArgument", ErrorCategory.InvalidArgument)]
    [InlineData(401, "who", "AuthenticationFailed", ErrorCategory.AuthenticationError)]
    [InlineData(403, "no", "PermissionDenied", ErrorCategory.PermissionDenied)]
    [InlineData(500, "rpc error: code = Unknown desc = it broke", "DaemonError", ErrorCategory.InvalidResult)]
    [InlineData(501, "not yet", "NotSupported", ErrorCategory.NotImplemented)]
    [InlineData(503, "This node is not a swarm manager.", "SwarmUnavailable", ErrorCategory.ResourceUnavailable)]
    [InlineData(504, "late", "RequestTimeout", ErrorCategory.OperationTimeout)]
    public async Task Refusal_HasAStableIdACategoryAndTheDaemonsWords(int status, string message, string id, ErrorCategory category)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Refuse("GET /services/*", status, message);
        using var prompt = new Prompt(daemon);
        var error = prompt.Run("Wait-SwarmService web").Error;
        Assert.Equal($"{id},SwarmPS.Cmdlets.SwarmService.WaitSwarmServiceCommand", error.FullyQualifiedErrorId);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.Equal(message[(message.LastIndexOf("desc = ", StringComparison.Ordinal) is >= 0 and var at ? at + "desc = ".Length : 0)..], error.Exception.Message);
        Assert.Equal("web", error.TargetObject);
    }

    [Theory]
    [InlineData("Resize-SwarmService wbe 2", "There is no service wbe. Did you mean web? Get-SwarmService shows those there are.")]
    [InlineData("Get-SwarmService Webb", "There is no service Webb. Did you mean web? Get-SwarmService shows those there are.")]
    [InlineData("Remove-SwarmService bd -Confirm:$false", "There is no service bd. Did you mean db? Get-SwarmService shows those there are.")]
    [InlineData("Remove-SwarmService frontend -Confirm:$false", "There is no service frontend. Get-SwarmService shows those there are.")]
    [InlineData("Set-SwarmNode boxx -Availability Drain", "There is no node boxx. Did you mean box? Get-SwarmNode shows those there are.")]
    [InlineData("Get-SwarmTask wep", "There is no service wep. Did you mean web? Get-SwarmService shows those there are.")]
    public async Task SlipOfTheFinger_IsMetWithWhatMayHaveBeenMeant(string command, string message)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db).Json("GET /nodes", () => new[] { Samples.Box });
        foreach (var name in new[] { "wbe", "bd", "frontend" })
            daemon.Refuse($"GET /services/{name}", 404, $"service {name} not found").Refuse($"DELETE /services/{name}", 404, $"service {name} not found");
        daemon.Refuse("GET /nodes/boxx", 404, "node boxx not found");
        using var prompt = new Prompt(daemon);
        var error = prompt.Run(command).Error;
        Assert.Equal(message, error.Exception.Message);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
    }

    [Fact]
    public async Task MissingService_IsToldAlsoWhereTheNamesCannotBeAsked()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Refuse("DELETE /services/wbe", 404, "service wbe not found").Refuse("GET /services", 503, "The swarm does not have a leader.");
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Remove-SwarmService wbe -Confirm:$false");
        Assert.Equal(("ServiceNotFound", "There is no service wbe. Get-SwarmService shows those there are."), (outcome.ErrorId, outcome.Error.Exception.Message));
    }

    [Fact]
    public async Task OneRefusal_LeavesTheOthersTheirTurn()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Refuse("DELETE /services/*", 404, "service a not found").Json("DELETE /services/b", () => null);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Remove-SwarmService a, b -Confirm:$false");
        Assert.Equal("ServiceNotFound", outcome.ErrorId);
        Assert.Null(outcome.Thrown);
        Assert.Equal(["DELETE /services/a", "DELETE /services/b"], daemon.Changes.Select(change => change.ToString()));
    }

    [Fact]
    public void NoDaemon_EndsThePipeline_AndSaysHowToStartOne()
    {
        using var prompt = new Prompt();
        var missing = Path.Combine(Path.GetTempPath(), "swarmps-none.sock");
        var outcome = prompt.Run($"$env:SWARMPS_HOST = 'unix://{missing}'; try {{ 'a', 'b' | Get-SwarmService }} finally {{ $env:SWARMPS_HOST = $null }}");
        Assert.Equal("DaemonNotRunning", outcome.ErrorId);
        Assert.Equal(ErrorCategory.ConnectionError, outcome.Error.CategoryInfo.Category);
        Assert.Contains(missing, outcome.Error.Exception.Message);
        Assert.Contains("Start-SwarmDaemon", outcome.Error.Exception.Message);
    }

    [Fact]
    public void SocketNobodyListensOn_IsNoDaemonEither()
    {
        var folder = Directory.CreateTempSubdirectory("swarmps-dead-").FullName;
        var path = Path.Combine(folder, "api.sock");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            using var prompt = new Prompt();
            Assert.Equal("DaemonNotRunning", prompt.Run($"Connect-Swarm '{path}'").ErrorId);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task SocketWithoutPermission_SaysSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "Root may open every socket.");
        await using var daemon = await FakeDaemon.StartAsync();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(daemon.Socket, UnixFileMode.None);
        using var prompt = new Prompt();
        var outcome = prompt.Run($"Connect-Swarm '{daemon.Socket}'");
        Assert.Equal("SocketPermissionDenied", outcome.ErrorId);
        Assert.Equal(ErrorCategory.PermissionDenied, outcome.Error.CategoryInfo.Category);
    }

    [Fact]
    public void WrongAddress_SaysWhatToWrite()
    {
        using var prompt = new Prompt();
        var outcome = prompt.Run("Connect-Swarm http://10.0.0.1:2375");
        Assert.Equal("InvalidArgument", outcome.ErrorId);
        Assert.Contains("unix://", outcome.Error.Exception.Message);
    }

    [Fact]
    public async Task AnswerThatIsNone_IsAnErrorOfItsOwn()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Json("GET /services", () => "what?");
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Get-SwarmService");
        Assert.Equal("UnexpectedAnswer", outcome.ErrorId);
    }

    [Fact]
    public async Task ConnectionThatBreaks_IsToldAsSuch()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.On("GET /services", (context, _) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var prompt = new Prompt(daemon);
        Assert.Equal("ConnectionBroken", prompt.Run("Get-SwarmService").ErrorId);
    }
}
