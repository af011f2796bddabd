using System.Management.Automation;
using System.Text.RegularExpressions;
using SwarmPS.Api;
using SwarmPS.Help;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.Help;

/// <summary>Every example of the help is run as it stands, against a swarm that has what examples name.</summary>
public sealed partial class ExampleTests
{
    /// <summary>What examples of these nouns and cmdlets make is a process or a file of this machine: they are only tried.</summary>
    private static readonly string[] TriedOnly = ["SwarmDaemon", "SwarmLab", "SwarmLabNode", "Backup-Swarm", "Restore-Swarm", "Enter-SwarmTask"];

    private static readonly Dictionary<string, CmdletHelp> All = SwarmPS.Help.Cmdlets.Read().ToDictionary(cmdlet => cmdlet.Name);

    public static TheoryData<string, int> Examples
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var cmdlet in All.Values)
            {
                for (var i = 0; i < cmdlet.Examples.Count; i++)
                    data.Add(cmdlet.Name, i);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_Works(string name, int index)
    {
        await using var daemon = await SwarmAsync();
        using var prompt = new Prompt(daemon);
        var isTried = TriedOnly.Contains(name.Split('-')[1]) || TriedOnly.Contains(name);
        // Other daemons of the examples are in no swarm.
        await using var other = await FakeDaemon.StartAsync();
        var joined = false;
        other.Json("POST /swarm/join", () => { joined = true; return null; })
            .Json("GET /info", () => new InfoAnswer { Name = "far", Swarm = joined ? new() { NodeId = "n2", LocalNodeState = "active" } : new() });
        var code = Lab().Replace(All[name].Examples[index].Code, other.Socket);
        code = Socket().Replace(code, daemon.Socket);
        Assert.Contains(name, code, StringComparison.Ordinal);
        var outcome = prompt.Run($"$ConfirmPreference = 'None'; $WhatIfPreference = ${isTried}\n{Stand}\n{code}");
        if (isTried)
            Assert.True(outcome.Thrown is null && outcome.Errors.All(error => error.Exception is not (ParseException or ParameterBindingException or CommandNotFoundException)), $"{outcome.Thrown} {string.Join('\n', outcome.Errors)}");
        else
            outcome.Clean();
    }

    /// <summary>In the place of what asks a person.</summary>
    internal const string Stand = """
        function Read-Host {
            param([Parameter(Position = 0)] $Prompt, [switch] $AsSecureString)
            $text = [Security.SecureString]::new(); 'SWMKEY-1-x'.ToCharArray().ForEach{ $text.AppendChar($_) }; $text
        }
        """;

    internal static async Task<FakeDaemon> SwarmAsync()
    {
        var daemon = await FakeDaemon.StartAsync();
        return daemon.Has(Samples.Web, Samples.Db)
            .Json("GET /services/new1", () => Samples.Web)
            .Json("GET /services/web", () => Samples.Web)
            .Json("GET /nodes", () => new[] { Samples.Box, Samples.Far with { Status = new() { State = NodeState.Down } } })
            .Json("GET /nodes/*", request => request.Path is "/nodes/far" or "/nodes/n2" ? Samples.Far : Samples.Box)
            .Json("GET /info", () => new InfoAnswer { Name = "box", Swarm = new() { NodeId = "n1", LocalNodeState = "active", ControlAvailable = true, RemoteManagers = [new("n1", "192.0.2.10:2377")] } })
            .Json("POST /nodes/*/update", () => null)
            .Json("GET /tasks", request => request.Query.GetValueOrDefault("filters", "").Contains("n2", StringComparison.Ordinal) ? [] : new[] { Samples.Task("t1", 1, TaskState.Running, 9) })
            .Json("GET /tasks/*", () => Samples.Task("t1", 1, TaskState.Running, 9))
            .Exec((_, _, raw) => new SwarmTask.ExecTalk(raw).EndAsync(0))
            .Events(5)
            .Json("GET /services/*/logs", () => null)
            .Json("GET /swarm", () => new SwarmObject
            {
                Id = "s1",
                Version = new(5),
                Spec = new() { EncryptionConfig = new(true) },
                JoinTokens = new("SWMTKN-1-w", "SWMTKN-1-m"),
                TLSInfo = new(Certificates.Root),
            })
            .Json("GET /swarm/unlockkey", () => new UnlockKeyBody("SWMKEY-1-x"))
            .Json("POST /swarm/unlock", () => null)
            .Json("POST /swarm/join", () => null)
            .Json("DELETE /nodes/*", () => null)
            .Json("GET /secrets", () => new[] { Samples.Password, Samples.Password with { Id = "sec2", Spec = new() { Name = "db-password2" } } })
            .Json("GET /secrets/*", () => Samples.Password)
            .Json("POST /secrets/create", () => new CreateAnswer { Id = Samples.Password.Id })
            .Json("DELETE /secrets/*", () => null)
            .Json("GET /configs", () => new[] { Samples.Conf })
            .Json("GET /configs/*", () => Samples.Conf)
            .Json("POST /configs/create", () => new CreateAnswer { Id = Samples.Conf.Id })
            .Json("DELETE /configs/*", () => null)
            .Json("GET /networks", () => new[] { Samples.Back })
            .Json("GET /networks/*", () => Samples.Back)
            .Lines("GET /swarmps/networks/check", new NetworkCheckAnswer { NodeId = "n1", Hostname = "box", Nodes = 1, Findings = [new() { NetworkId = "net1", Network = "back", Check = NetworkCheck.Kernel, Ok = true, Message = "as wanted" }] })
            .Json("POST /networks/create", () => new NetworkCreateAnswer(Samples.Back.Id))
            .Json("DELETE /networks/*", () => null)
            .Json("POST /swarm/init", () => "n1")
            .Json("POST /swarm/update", () => null)
            .Json("POST /swarm/leave", () => null);
    }

    [GeneratedRegex(@"/run/swarmps/lab\d\.sock")]
    private static partial Regex Lab();

    [GeneratedRegex(@"/run/swarmps/\w+\.sock")]
    private static partial Regex Socket();
}
