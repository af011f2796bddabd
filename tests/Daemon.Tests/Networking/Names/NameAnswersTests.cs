using System.Net;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Networking.Names;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking.Names;

public sealed class NameAnswersTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly NameAnswers answers;
    private Task stands = Task.CompletedTask;

    public NameAnswersTests()
    {
        answers = new(new(null, 53, clock), _ => [], _ => stands, clock);
        answers.Set(
        [
            Network(10) with
            {
                Services = [new("w", "web", ["www", "both"], "10.10.0.200"), new("r", "Rounds", ["both"], ""), new("e", "empty", [], "")],
                Endpoints =
                [
                    Endpoint("w", "10.10.0.11", task: "asker"), Endpoint("w", "10.10.0.12", "1.1.1.1", serving: false, task: "t2"),
                    Endpoint("r", "10.10.0.21", "1.1.1.1", task: "t3"), Endpoint("r", "10.10.0.22", task: "t4"), Endpoint("e", "10.10.0.31", serving: false, task: "t5"),
                ],
            },
            Network(11) with { Internal = true, Services = [new("d", "db", [], "10.11.0.200")], Endpoints = [Endpoint("w", "10.11.0.11", task: "asker"), Endpoint("d", "10.11.0.12", task: "inner")] },
            Network(12) with { Ingress = true, Services = [new("w", "web", [], "10.12.0.200")], Endpoints = [Endpoint("w", "10.12.0.11", task: "asker"), Endpoint("m", "10.12.0.12", task: "mesh")] },
        ]);
    }

    [Theory]
    [InlineData("web", "10.10.0.200")]
    [InlineData("WEB", "10.10.0.200")]
    [InlineData("www", "10.10.0.200")]
    [InlineData("web.back10", "10.10.0.200")]
    [InlineData("tasks.web", "10.10.0.11")]
    [InlineData("tasks.www.back10", "10.10.0.11")]
    [InlineData("empty", "")]
    [InlineData("db", "10.11.0.200")]
    [InlineData("web.2.t2", "10.10.0.12")]
    [InlineData("rounds.node.t3", "10.10.0.21")]
    [InlineData("web.2.t3", "Failed")]
    [InlineData("nobody", "Failed")]
    public async Task Names_OfAllOwnNetworks_MeanWhatServesThere(string name, string expected) => Assert.Equal(expected, await AskAsync(name));

    [Fact]
    public async Task ServiceWithoutAVirtualAddress_AnswersWithItsTasks_EachFirstInTurn()
    {
        string[] both = [await AskAsync("rounds"), await AskAsync("rounds")];
        Assert.Equal(["10.10.0.21 10.10.0.22", "10.10.0.22 10.10.0.21"], both.Order());
        Assert.Equal(3, (await AskAsync("both")).Split(' ').Length);
    }

    [Fact]
    public async Task OtherKindsOfRecords_OfKnownNames_AreNone() =>
        Assert.Equal("", DnsTalk.Read(await answers.AnswerAsync("net10", IPAddress.Parse("10.10.0.11"), DnsTalk.Ask("web", DnsTalk.Address6), false, default)));

    [Theory]
    [InlineData("10.10.0.200", "web.back10")]
    [InlineData("10.10.0.12", "web.t2.back10")]
    [InlineData("10.10.0.99", "Failed")]
    public async Task Addresses_HaveNames(string address, string expected) => Assert.Equal(expected, await AskAsync(DnsTalk.Reverse(address), DnsMessage.Pointer));

    [Fact]
    public async Task NameOfAnAddress_IsFoundAgain() => Assert.Equal("10.10.0.12", await AskAsync("web.t2.back10"));

    [Theory]
    [InlineData("net10", "10.99.0.1", "web", "Refused")]
    [InlineData("net99", "10.10.0.11", "web", "Refused")]
    [InlineData("net11", "10.11.0.12", "web", "Unknown")]
    [InlineData("net11", "10.11.0.12", "elsewhere.example", "Unknown")]
    [InlineData("net12", "10.12.0.12", "web", "Failed")]
    [InlineData("net10", "10.10.0.77", "web", "10.10.0.200")]
    public async Task Asker_GetsNamesOfItsOwnNetworksOnly(string network, string from, string name, string expected) =>
        Assert.Equal(expected, DnsTalk.Read(await answers.AnswerAsync(network, IPAddress.Parse(from), DnsTalk.Ask(name), false, default)));

    [Fact]
    public async Task Answer_IsWithheld_UntilTheContainersRulesStand()
    {
        var standing = new TaskCompletionSource();
        stands = standing.Task;
        var answer = AskAsync("web");
        Assert.False(answer.IsCompleted);
        standing.SetResult();
        Assert.Equal("10.10.0.200", await answer);

        stands = new TaskCompletionSource().Task;
        answer = AskAsync("web");
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("Failed", await answer);
    }

    [Fact]
    public async Task ManySlowQuestionsOfOneContainer_LeaveRoomForOthers_AndNothingWaitsAfterThem()
    {
        using var silent = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)silent.Client.LocalEndPoint!).Port;
        var answering = new NameAnswers(new(null, port, clock), _ => [IPAddress.Loopback], _ => stands, clock);
        answering.Set([Network(10) with { Endpoints = [Endpoint("w", "10.10.0.11", task: "asker"), Endpoint("w", "10.10.0.12", task: "other")] }]);
        for (var round = 0; round < 2; round++)
        {
            using var gone = new CancellationTokenSource();
            var slow = Enumerable.Range(0, 1_200).Select(i => Ask("10.10.0.11", $"n{i}.example", gone.Token)).ToList();
            Assert.Equal(Limits.WaitingOfOneMax, answering.Waiting);
            var others = Ask("10.10.0.12", "elsewhere.example", gone.Token);
            Assert.False(others.IsCompleted);
            Assert.Equal(Limits.WaitingOfOneMax + 1, answering.Waiting);
            await gone.CancelAsync();
            foreach (var question in slow.Append(others))
                await Record.ExceptionAsync(() => question);
            Assert.Equal(0, answering.Waiting);
        }

        Task<byte[]?> Ask(string from, string name, CancellationToken stop) => answering.AnswerAsync("net10", IPAddress.Parse(from), DnsTalk.Ask(name), false, stop).AsTask();
    }

    [Fact]
    public async Task ManyAddresses_AreCutToWhatTheAskerTakes()
    {
        answers.Set([Network(10) with { Services = [new("m", "many", [], "")], Endpoints = [.. Enumerable.Range(11, 100).Select(number => Endpoint("m", $"10.10.0.{number}"))] }]);
        Assert.EndsWith(" and more", await AskAsync("many"), StringComparison.Ordinal);
        Assert.Equal(75, (await AskAsync("many", sizeMax: 4096)).Split(' ').Length - 2);
        Assert.Equal(100, DnsTalk.Read(await answers.AnswerAsync("net10", IPAddress.Parse("10.10.0.11"), DnsTalk.Ask("many"), true, default)).Split(' ').Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("123401000001000000000000")]
    [InlineData("1234010000010000000000003f61")]
    [InlineData("123401000001000000000000c00c00010001")]
    [InlineData("1234810000010000000000000161000001000 1")]
    public async Task Damaged_IsNotAnswered(string hex) =>
        Assert.Null(await answers.AnswerAsync("net10", IPAddress.Parse("10.10.0.11"), Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), false, default));

    [Fact]
    public void RandomBytes_AreReadOrNot_AndNeverThrow()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var whole = DnsTalk.Ask("some.name", sizeMax: 1000);
            var message = whole[..random.Next(whole.Length + 1)];
            for (var change = random.Next(4); change > 0 && message.Length > 0; change--)
                message[random.Next(message.Length)] = (byte)random.Next(256);
            if (DnsMessage.Read(message) is { } question)
                Assert.True(DnsMessage.WriteEmpty(message, question, DnsOutcome.Failed).Length >= DnsMessage.HeadSize);
        }
    }

    [Fact]
    public void ResolverFiles_AreRead_AndWritten()
    {
        Assert.Equal(["1.1.1.1", "::1"], HostResolvers.Read("# none\nsearch a\nnameserver 1.1.1.1\nnameserver\t::1 \nnameserver nothing\n").Select(address => address.ToString()));
        Assert.Equal("nameserver 10.1.0.2\noptions ndots:0\n", ResolverFiles.Text("10.1.0.2", null));
        Assert.Equal("nameserver 10.1.0.2\nsearch a b\noptions ndots:2 rotate\n", ResolverFiles.Text("10.1.0.2", new() { Search = ["a", "b"], Options = ["ndots:2", "rotate"] }));
    }

    private async Task<string> AskAsync(string name, ushort type = DnsMessage.Address, int? sizeMax = null) =>
        DnsTalk.Read(await answers.AnswerAsync("net10", IPAddress.Parse("10.10.0.11"), DnsTalk.Ask(name, type, sizeMax), false, TestContext.Current.CancellationToken));
}
