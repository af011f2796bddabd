using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Http;
using SwarmPS.Cmdlets.SwarmServiceLog;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmServiceLog;

public sealed class ReceiveSwarmServiceLogTests
{
    private const string Details = "com.docker.swarm.node.id=n1,com.docker.swarm.service.id=web1service,com.docker.swarm.task.id=t1";

    private static byte[] Frame(bool stderr, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var frame = new byte[8 + bytes.Length];
        frame[0] = (byte)(stderr ? 2 : 1);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)bytes.Length);
        bytes.CopyTo(frame, 8);
        return frame;
    }

    private static async Task<FakeDaemon> DaemonAsync(params byte[][] frames)
    {
        var daemon = await FakeDaemon.StartAsync();
        return daemon.Has(Samples.Web)
            .Json("GET /tasks/t1", () => Samples.Task("t1", 1, TaskState.Running, 1))
            .Refuse("GET /tasks/gone", 404, "task gone not found")
            .Json("GET /nodes/n1", () => Samples.Box)
            .On("GET /services/*/logs", async (context, _) =>
            {
                foreach (var frame in frames)
                    await context.Response.Body.WriteAsync(frame);
            });
    }

    [Fact]
    public async Task Lines_KnowTheirTaskAndNode()
    {
        await using var daemon = await DaemonAsync(Frame(false, $"{Details} hello world\n"), Frame(true, $"{Details} \n"), Frame(false, $"{Details.Replace("t1", "gone")} bye\n"));
        using var prompt = new Prompt(daemon);
        var lines = prompt.Run("Receive-SwarmServiceLog web").Clean().Select(item => (SwarmLogLine)item.BaseObject).ToList();
        Assert.Equal(["hello world", "", "bye"], lines.Select(line => line.Text));
        Assert.Equal([false, true, false], lines.Select(line => line.IsError));
        Assert.Equal("web.1.t1@box | hello world", lines[0].ToString());
        Assert.Equal("gone", lines[2].Task);
        Assert.Null(lines[0].Time);
    }

    [Fact]
    public async Task Timestamps_AreTakenOff_AndShownInFront()
    {
        await using var daemon = await DaemonAsync(Frame(false, $"2026-01-31T12:00:00.123456789Z {Details} at noon\n"));
        using var prompt = new Prompt(daemon);
        var line = prompt.Run("Receive-SwarmServiceLog web -Timestamps").One<SwarmLogLine>();
        Assert.Equal(new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc).AddTicks(1234567), line.Time!.Value.ToUniversalTime());
        Assert.Equal("at noon", line.Text);
        Assert.Equal("true", daemon.Requests.Last(request => request.Path.EndsWith("/logs", StringComparison.Ordinal)).Query["timestamps"]);
    }

    [Fact]
    public async Task Raw_GivesTextAlone()
    {
        await using var daemon = await DaemonAsync(Frame(false, $"{Details} one\n"), Frame(false, $"{Details} two = 2\n"));
        using var prompt = new Prompt(daemon);
        Assert.Equal(["one", "two = 2"], prompt.Run("Get-SwarmService web | Receive-SwarmServiceLog -Raw").Clean().Select(item => item.BaseObject));
        Assert.DoesNotContain(daemon.Requests, request => request.Path.StartsWith("/tasks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Options_GoToTheDaemon()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Receive-SwarmServiceLog web -Tail 5 -Follow -Since '2026-01-31T12:00:00Z'").Clean();
        var query = daemon.Requests.Last().Query;
        Assert.Equal(("5", "true", "1769860800.000", "true"), (query["tail"], query["follow"], query["since"], query["details"]));
    }

    [Theory]
    [InlineData("10s", 10)]
    [InlineData("10m", 600)]
    [InlineData("([TimeSpan]::FromHours(1))", 3600)]
    [InlineData("(([DateTime]::Now).AddMinutes(-2))", 120)]
    public async Task Since_CountsBackFromNow(string since, int seconds)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var before = TimeProvider.System.GetUtcNow();
        prompt.Run($"Receive-SwarmServiceLog web -Since {since}").Clean();
        var asked = double.Parse(daemon.Requests.Last().Query["since"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(asked, before.ToUnixTimeSeconds() - seconds - 1, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - seconds + 1);
    }

    [Fact]
    public async Task StreamThatBreaksOff_IsAnError_AfterWhatCameBefore()
    {
        await using var daemon = await DaemonAsync(Frame(false, $"{Details} whole\n"), Frame(false, "broken")[..10]);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Receive-SwarmServiceLog web");
        Assert.Single(outcome.Output);
        Assert.Equal("UnexpectedAnswer", outcome.ErrorId);
    }
}
