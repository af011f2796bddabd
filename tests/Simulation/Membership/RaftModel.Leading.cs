using System.Collections.Immutable;
using System.Net;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation.Membership;

/// <content>What a leader does.</content>
internal sealed partial class RaftModel
{
    private readonly Dictionary<int, long> next = [];
    private readonly Dictionary<int, long> match = [];
    private readonly Dictionary<int, double> acknowledged = [];
    private readonly HashSet<int> unreached = [];
    private readonly HashSet<int> pending = [];
    private long writeBarrier;
    private bool isWriting;
    private bool isWriterBusy;
    private bool isChanging;
    private bool isHandingOver;

    public SwarmException NotLeading => new(SwarmErrorCode.Unavailable, $"{Node.Name} does not lead");

    public IReadOnlyDictionary<EndPoint, bool> Reachable => Known.ToDictionary(EndPoint (id) => MembershipNode.RaftAddressOf(id), id => !unreached.Contains(id));

    public void HandOver() => isHandingOver = true;

    private void Lead(bool append)
    {
        Role = RaftRole.Leader;
        world.Tell($"{Node.Name} leads term {Disk.Term} at {Disk.Last}, members {string.Join(",", Members)}");
        next.Clear();
        match.Clear();
        acknowledged.Clear();
        unreached.Clear();
        pending.Clear();
        if (append)
            Disk.Log.Add(new(Disk.Term));
        writeBarrier = Disk.Last;
        SetLeader(Node.Id);
        Node.Checks.Leads(Node, Disk.Term);
        Heartbeat();
    }

    private long Append(LogEntry entry)
    {
        Node.Checks.Appends(Node, entry);
        Disk.Log.Add(entry);
        world.Tell($"{Node.Name} appends {Disk.Last}: {entry}");
        Heartbeat();
        return Disk.Last;
    }

    /// <summary>A round: a leader without a majority of answers steps down.</summary>
    private void Heartbeat()
    {
        foreach (var member in Members.Where(member => member != Node.Id && !pending.Contains(member)))
            Replicate(member);
        var lost = Members.Count(member => member != Node.Id && (unreached.Contains(member) || world.Now - Math.Max(Node.PausedUntil, acknowledged.GetValueOrDefault(member, world.Now)) > 2));
        foreach (var member in Members.Where(member => !acknowledged.ContainsKey(member)))
            acknowledged[member] = world.Now;
        if (lost > 0 && Members.Count - lost <= Members.Count / 2)
        {
            world.Tell($"{Node.Name} reaches no majority and steps down");
            SetLeader(null);
            Follow();
            return;
        }
        heard = world.Now;
        Count();
    }

    private void Replicate(int member)
    {
        pending.Add(member);
        var (term, asked) = (Disk.Term, world.Now);
        SendEntries(member, (reached, taken) =>
        {
            if (!IsLeader || Disk.Term != term)
                return;
            pending.Remove(member);
            if (reached != !unreached.Contains(member))
                Changes++;
            _ = reached ? unreached.Remove(member) : unreached.Add(member);
            if (!reached)
                return;
            acknowledged[member] = asked;
            Count();
            if (Members.Contains(member) && (!taken || match[member] < Disk.Last))
                Replicate(member);
        });
    }

    private void SendEntries(int member, Action<bool, bool> answered)
    {
        var previous = next.GetValueOrDefault(member, Disk.Last + 1) - 1;
        var entries = Disk.Log.Skip((int)previous).Take(16).ToArray();
        var (term, before, commit) = (Disk.Term, Disk.TermAt(previous), Commit);
        Send(member, raft => raft.OnAppend(Node.Id, term, previous, before, entries, commit), answer =>
        {
            if (answer is { } got && got.Term > Disk.Term)
            {
                SetLeader(null);
                StepDown(got.Term);
            }
            else if (answer is { Taken: true } taken && IsLeader && Disk.Term == term)
            {
                match[member] = Math.Max(match.GetValueOrDefault(member), taken.Match);
                next[member] = match[member] + 1;
            }
            else if (answer is { Taken: false } refused)
            {
                next[member] = Math.Max(1, Math.Min(previous, refused.Match + 1));
            }
            answered(answer is not null, answer is { Taken: true });
        });
    }

    private void Count()
    {
        var order = Members.Select(member => member == Node.Id ? Disk.Last : match.GetValueOrDefault(member)).Order().ToList();
        if (order.Count > 0 && order[(order.Count - 1) / 2] is var index && (Disk.TermAt(index) == Disk.Term || index <= writeBarrier && Members.Count == 1))
            Advance(index);
    }

    /// <summary>Waits while this term lasts. Throws where it ended.</summary>
    private async Task WhileLeadingAsync(long term, Func<bool> condition, Func<bool>? cancelled)
    {
        await world.UntilAsync(Life, () => condition() || !IsLeader || Disk.Term != term || cancelled?.Invoke() == true).ConfigureAwait(false);
        if (!IsLeader || Disk.Term != term || !condition())
            throw NotLeading;
    }

    public async Task BarrierAsync(Func<bool>? cancelled = null)
    {
        if (!IsLeader)
            throw NotLeading;
        if (Known.All(member => member == Node.Id))
        {
            await WhileLeadingAsync(Disk.Term, () => Applied >= writeBarrier, cancelled).ConfigureAwait(false);
            return;
        }
        if (!world.Mutations.AsksOldMembers)
            await WhileLeadingAsync(Disk.Term, () => Members.SetEquals(Seen(Known)), cancelled).ConfigureAwait(false);
        var (term, index, began) = (Disk.Term, Disk.Last, world.Now);
        Heartbeat();
        await WhileLeadingAsync(term, () => Applied >= index && Members.Count(member => member == Node.Id || acknowledged.GetValueOrDefault(member) > began) > Members.Count / 2, cancelled).ConfigureAwait(false);
    }

    /// <summary>Writes a transaction as the store's writer does, one at a time.</summary>
    public async Task UpdateAsync(Func<Snapshot, IReadOnlyList<StoreChange>> work, Func<bool>? cancelled = null)
    {
        var term = Disk.Term;
        await WhileLeadingAsync(term, () => !isWriterBusy && isWriting, () => cancelled?.Invoke() == true || isHandingOver).ConfigureAwait(false);
        if (work(State) is not { Count: > 0 } changes)
            return;
        isWriterBusy = true;
        try
        {
            var stamped = new StoreCommand(new(2, ++world.Requests), new(1), changes);
            var index = Append(new(term, new(State.Version, [stamped])));
            await WhileLeadingAsync(term, () => Applied >= index, null).ConfigureAwait(false);
        }
        finally
        {
            isWriterBusy = false;
        }
    }

    public Task AddAsync(int member, Func<bool> cancelled, Action check) => OneAtATimeAsync(cancelled, async () =>
    {
        check();
        if (!world.Mutations.AddsWithoutBarrier)
            await BarrierAsync(cancelled).ConfigureAwait(false);
        for (var attempt = 0; !Known.Contains(member); attempt++)
        {
            if (attempt == 8)
                throw new SwarmException(SwarmErrorCode.Unavailable, "not caught up");
            if (await TryAddAsync(member, cancelled).ConfigureAwait(false))
                break;
            await world.DelayAsync(Life, 0.1).ConfigureAwait(false);
        }
        await BarrierAsync(cancelled).ConfigureAwait(false);
    });

    public Task RemoveAsync(int member, Func<bool> cancelled, Func<bool>? check = null, Func<Task>? whenOut = null) => OneAtATimeAsync(cancelled, async () =>
    {
        if (check?.Invoke() == false)
            return;
        await BarrierAsync(cancelled).ConfigureAwait(false);
        if (Known.Contains(member))
            await ConfigureAsync(Known.Remove(member), cancelled).ConfigureAwait(false);
        await BarrierAsync(cancelled).ConfigureAwait(false);
        if (whenOut is not null)
            await whenOut().ConfigureAwait(false);
    });

    private async Task OneAtATimeAsync(Func<bool> cancelled, Func<Task> change)
    {
        await world.UntilAsync(Life, () => !isChanging || cancelled()).ConfigureAwait(false);
        if (isChanging || cancelled() || !IsLeader)
            throw NotLeading;
        isChanging = true;
        try
        {
            await change().ConfigureAwait(false);
        }
        finally
        {
            isChanging = false;
        }
    }

    private async Task<bool> TryAddAsync(int member, Func<bool> cancelled)
    {
        var (term, members, watermark) = (Disk.Term, Known.Add(member), Commit);
        next[member] = Disk.Last + 1;
        match[member] = 0;
        for (var round = 0; match.GetValueOrDefault(member) < watermark || round == 0; round++)
        {
            if (round == 10)
                return false;
            bool? reached = null;
            SendEntries(member, (answer, _) => reached = answer);
            await WhileLeadingAsync(term, () => reached is not null, cancelled).ConfigureAwait(false);
            if (reached is not true)
                return false;
        }
        await ConfigureAsync(members, cancelled).ConfigureAwait(false);
        return true;
    }

    /// <summary>An entry of this term is committed first.</summary>
    private async Task ConfigureAsync(ImmutableSortedSet<int> members, Func<bool> cancelled)
    {
        var term = Disk.Term;
        foreach (var entry in (LogEntry[])[new(term), new(term, Members: members)])
        {
            if (!IsLeader || Disk.Term != term)
                throw NotLeading;
            var index = Append(entry);
            await WhileLeadingAsync(term, () => Applied >= index, cancelled).ConfigureAwait(false);
        }
    }

    private async Task LeadAsync()
    {
        while (true)
        {
            await world.UntilAsync(Life, () => IsLeader && Applied >= writeBarrier).ConfigureAwait(false);
            var term = Disk.Term;
            if (!IsLeader)
                continue;
            (isHandingOver, isWriting) = (false, true);
            var scope = new SimScope(Life);
            world.Run(() => new LeaderModel(this, Node, () => scope.IsEnded || !IsLeader || Disk.Term != term).RunAsync());
            await world.UntilAsync(Life, () => isHandingOver || !IsLeader || Disk.Term != term).ConfigureAwait(false);
            scope.End();
            isWriting = false;
            await world.UntilAsync(Life, () => !isWriterBusy).ConfigureAwait(false);
            if (isHandingOver && IsLeader && Disk.Term == term)
                await HandOverAsync().ConfigureAwait(false);
        }
    }

    private async Task HandOverAsync()
    {
        world.Tell($"{Node.Name} hands over");
        var late = world.Now + 6;
        try
        {
            await BarrierAsync(() => world.Now >= late).ConfigureAwait(false);
            SetLeader(null);
            if (IsLeader)
                Role = RaftRole.Standby;
            refreshed = world.Now;
            await world.UntilAsync(Life, () => Leader is { } other && other != Node.Id, late - world.Now).ConfigureAwait(false);
        }
        catch (SwarmException)
        {
            world.Tell($"{Node.Name} could not hand over");
        }
        if (Role is RaftRole.Standby && Members.Contains(Node.Id))
            Follow();
    }
}
