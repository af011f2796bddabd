using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;

namespace SwarmPS.Simulation.Membership;

/// <summary>A machine: its disk, and a daemon that runs or does not.</summary>
internal sealed partial class MembershipNode(MembershipWorld world, MembershipChecks checks, int id)
{
    public MembershipWorld World => world;

    public MembershipChecks Checks => checks;

    public int Id => id;

    public string Name { get; } = IdOf(id);

    public MembershipDisk Disk { get; } = new();

    /// <summary>The daemon's process; null while it does not run.</summary>
    public SimScope? Process { get; private set; }

    /// <summary>The manager's part; null in a worker.</summary>
    public RaftModel? Raft { get; private set; }

    /// <summary>The role in the certificate that connections show.</summary>
    public bool IsManagerByConnection => Disk.IsManagerByCertificate;

    public bool HasLeft { get; private set; }

    /// <summary>Whom the state of a stopped manager has as managers.</summary>
    public IReadOnlySet<int> Admitted { get; private set; } = new HashSet<int>();

    /// <summary>Where the node looks for a leader.</summary>
    public ImmutableSortedSet<int> Candidates => Raft is { } raft ? Disk.Named.Union(LeaderCalls.Managers(raft.State)) : Disk.Named;

    /// <summary>Until when the process is stopped in the midst of its work.</summary>
    public double PausedUntil { get; private set; }

    /// <summary>Until when no other manager's log is reached, while nodes are answered.</summary>
    public double CutUntil { get; set; }

    /// <summary>Stops the process for a while; what it is sent meanwhile it handles after that.</summary>
    public void Pause(double seconds)
    {
        world.Tell($"{Name} is stopped for {seconds:0.0} s");
        PausedUntil = world.Now + seconds;
    }

    /// <summary>Does something as soon as the process runs.</summary>
    public void WhenRunning(Action action)
    {
        if (world.Now < PausedUntil)
            world.After(PausedUntil - world.Now + world.Draw(0, 0.05), action);
        else
            action();
    }

    public static string IdOf(int id) => "n" + id.ToString(CultureInfo.InvariantCulture);

    public static string AddressOf(int id) => $"10.0.0.{id + 1}:2377";

    public static IPEndPoint RaftAddressOf(int id) => RaftAddress.Of(AddressOf(id));

    public static int NumberOf(string name) => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture);

    public static int NumberOf(EndPoint member) => ((IPEndPoint)member).Address.GetAddressBytes()[3] - 1;

    /// <summary>Ends the process where it is.</summary>
    public void Kill()
    {
        if (Process is null)
            return;
        world.Tell($"{Name} is killed");
        if (Raft is { } raft)
            Admitted = world.Nodes.Where(other => raft.Admits(other.Id, isCurrent: true)).Select(other => other.Id).ToHashSet();
        Process.End();
        (Process, Raft) = (null, null);
    }

    public void Start()
    {
        if (Process is not null || HasLeft)
            return;
        world.Tell($"{Name} starts{(Disk.IsManagerByCertificate ? " with a manager's certificate" : "")}");
        Process = new();
        world.Run(Disk.IsManagerByCertificate && Disk.InQuorum is not false ? StartManagerAsync : StartWorkerAsync);
    }

    public async Task<bool> LeaveAsync()
    {
        var process = Process!;
        await AskLeaderAsync(process, calls => calls.LeaveAsync(isRejoining: false), 15).ConfigureAwait(false);
        world.Tell($"{Name} has left");
        HasLeft = true;
        Kill();
        checks.DeletesLog(this);
        Disk.DeleteLog();
        return true;
    }

    /// <summary>Asks whoever leads, by redirections. Throws where no leader answers in time; the outcome is unknown then.</summary>
    private async Task<T> AskLeaderAsync<T>(SimScope scope, Func<LeaderCalls, Task<T>> ask, double patience)
    {
        var late = world.Now + patience;
        var candidates = Candidates.Where(one => one != id).OrderBy(_ => world.Random.Next()).ToList();
        if (Raft?.Leader is { } known && known != id)
            candidates.Insert(0, known);
        for (var tries = 0; tries < 8 && candidates.Count > 0 && world.Now < late; tries++)
        {
            var target = world.Nodes[candidates[0]];
            candidates.RemoveAt(0);
            var (answer, hint) = await AskAsync(scope, target, ask, late - world.Now).ConfigureAwait(false);
            if (answer is not null)
                return await answer().ConfigureAwait(false);
            if (hint is { } other && other != id)
                candidates.Insert(0, other);
        }
        throw new SwarmException(SwarmErrorCode.Unavailable, "no leader answers");
    }

    /// <summary>Asks one node: the answer or refusal of a leader, or who leads.</summary>
    private async Task<(Func<Task<T>>? Answer, int? Hint)> AskAsync<T>(SimScope scope, MembershipNode target, Func<LeaderCalls, Task<T>> ask, double patience)
    {
        var (call, done, isManager) = (new SimCall(scope), false, Disk.IsManagerByCertificate);
        (Func<Task<T>>? Answer, int? Hint) result = default;
        void Answer(Func<Task<T>>? answer, int? hint)
        {
            if (!world.Chance(world.Loss))
                world.After(world.Latency(), () => (done, result) = (true, (answer, hint)));
        }
        async Task HandleAsync()
        {
            if (target.Raft is not { IsLeader: true })
            {
                Answer(null, target.Raft?.Leader);
                return;
            }
            try
            {
                var value = await ask(new(this, isManager, target, call)).ConfigureAwait(false);
                Answer(() => Task.FromResult(value), null);
            }
            catch (SwarmException refusal)
            {
                Answer(() => Task.FromException<T>(refusal), null);
            }
        }
        if (!world.Chance(world.Loss))
            world.After(world.Latency(), () => target.WhenRunning(() => world.Run(HandleAsync)));
        if (!await world.UntilAsync(scope, () => done, patience).ConfigureAwait(false))
        {
            call.Abandon();
            throw new SwarmException(SwarmErrorCode.Unavailable, "no answer");
        }
        return result;
    }

    /// <summary>The leader asks itself.</summary>
    private Task<T> AskSelfOrLeaderAsync<T>(SimScope scope, Func<LeaderCalls, Task<T>> ask, double patience) =>
        Raft is { IsLeader: true } ? ask(new(this, Disk.IsManagerByCertificate, this, new(scope))) : AskLeaderAsync(scope, ask, patience);
}
