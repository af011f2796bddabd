using System.Runtime.Versioning;
using SwarmPS.Api;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>The nodes of a lab: starting them, cutting them off, ending them as crashes do.</summary>
/// <param name="store">Where labs are kept.</param>
public sealed class LabNodes(LabStore store)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Starts what does not run of a node and waits until engine and daemon answer.</summary>
    /// <param name="name">The lab's name.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="timeout">How long that may take.</param>
    /// <param name="stop">Set when the caller gives up.</param>
    public async Task StartAsync(string name, string node, TimeSpan timeout, CancellationToken stop)
    {
        var lab = store.Get(name);
        var place = lab.PlaceOf(lab[node]);
        if (!IsUp(lab[node].Containerd) && !IsUp(lab[node].Engine) && !IsUp(lab[node].Daemon))
            await BootAsync(lab, place, node).ConfigureAwait(false);
        lab = await LaunchAsync(name, node).ConfigureAwait(false);
        await UntilAsync(place, "dockerd", lab[node].Engine!, () => LabEngine.AnswersAsync(place.EngineSocket, stop), timeout, stop).ConfigureAwait(false);
        using var client = new SwarmClient(SwarmEndpoint.Parse(place.Socket));
        await UntilAsync(place, "swarmpsd", lab[node].Daemon!, () => AnswersAsync(client, stop), timeout, stop).ConfigureAwait(false);
    }

    /// <summary>Starts those of a node's programs that do not run, without waiting for them.</summary>
    public async Task<LabState> LaunchAsync(string name, string node) => await store.ChangeAsync(name, lab =>
    {
        lab ??= store.Get(name);
        var place = lab.PlaceOf(lab[node]);
        return lab.With(node, old => old with
        {
            Containerd = IsUp(old.Containerd) ? old.Containerd : LabEngine.StartContainerd(place),
            Engine = IsUp(old.Engine) ? old.Engine : LabEngine.StartEngine(place),
            Daemon = IsUp(old.Daemon) ? old.Daemon : LabEngine.Start(place, "swarmpsd",
                [lab.Program, "run", "--data-root", place.DataRoot, "--host", "unix://" + place.Socket, "--engine", "unix://" + place.EngineSocket, "--hostname", node]),
        });
    }).ConfigureAwait(false);

    /// <summary>Cuts a node off from the others, or joins it again. Nothing on it ends.</summary>
    public async Task PartitionAsync(string name, string node, bool isCutOff)
    {
        var lab = store.Get(name);
        if (!LabNetwork.Has(lab.PlaceOf(lab[node]).Namespace))
            throw new LabException("LabNodeStopped", $"The node {node} of the lab {name} does not run, so it has no link. Start it with Set-SwarmLabNode -Name {node} -Start.");
        await LabNetwork.SetLinkAsync(lab, lab.PlaceOf(lab[node]), isUp: !isCutOff).ConfigureAwait(false);
        await store.ChangeAsync(name, node, old => old with { IsPartitioned = isCutOff }).ConfigureAwait(false);
    }

    /// <summary>Ends a node or a part of it as a crash would.</summary>
    public async Task KillAsync(string name, string node, LabPart part)
    {
        var lab = store.Get(name);
        if (part == LabPart.Node)
        {
            // A machine without power sends no good-byes: its link goes before its processes do.
            await LabNetwork.RemoveLinkAsync(lab, lab.PlaceOf(lab[node])).ConfigureAwait(false);
            await EndAsync(lab, node, isKilled: true).ConfigureAwait(false);
            return;
        }
        var victims = part == LabPart.Daemon ? [lab[node].Daemon] : new[] { lab[node].Engine, lab[node].Containerd };
        foreach (var victim in victims.OfType<LabProcess>())
            await victim.KillAsync().ConfigureAwait(false);
    }

    /// <summary>Ends all of a node's processes and removes its namespace, mounts and control groups; its files stay.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="isKilled">Whether they get no time to end in good order.</param>
    public async Task EndAsync(LabState lab, string node, bool isKilled)
    {
        var place = lab.PlaceOf(lab[node]);
        if (!isKilled && lab[node].Daemon is { } daemon)
            await daemon.StopAsync(Patience).ConfigureAwait(false);
        // Containers first: an engine that is asked to end would leave them running.
        await KillAllAsync(() => Task.FromResult(LabGroups.ProcessesIn(place.Namespace))).ConfigureAwait(false);
        if (!isKilled && lab[node].Engine is { } engine)
            await engine.StopAsync(Patience).ConfigureAwait(false);
        if (!isKilled && lab[node].Containerd is { } containerd)
            await containerd.StopAsync(Patience).ConfigureAwait(false);
        await KillAllAsync(() => LabNetwork.ProcessesInAsync(place.Namespace)).ConfigureAwait(false);
        await KillAllAsync(() => Task.FromResult(LabGroups.ProcessesIn(place.Namespace))).ConfigureAwait(false);
        LabEngine.RemoveShimSockets(place);
        await LabMounts.RemoveAsync(place.Folder).ConfigureAwait(false);
        LabGroups.Remove(place.Namespace);
        // What an engine keeps in memory on a machine of its own: it would look for containers that are gone.
        foreach (var folder in new[] { Path.Combine(place.EngineRoot, "run"), Path.Combine(place.EngineRoot, "exec") }.Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
        await LabNetwork.RemoveNodeAsync(lab, place).ConfigureAwait(false);
        await store.ChangeAsync(lab.Name, node, old => old with { IsPartitioned = false, Containerd = null, Engine = null, Daemon = null }).ConfigureAwait(false);
    }

    /// <summary>What a node is doing, seen from outside it.</summary>
    public static LabNodeState StateOf(LabNode node) => (IsUp(node.Daemon), IsUp(node.Engine)) switch
    {
        (false, false) => LabNodeState.Stopped,
        (false, true) => LabNodeState.DaemonDown,
        (true, false) => LabNodeState.EngineDown,
        (true, true) => node.IsPartitioned ? LabNodeState.Partitioned : LabNodeState.Running,
    };

    private static bool IsUp(LabProcess? process) => process?.IsAlive() == true;

    /// <summary>What a machine's start does: a new network, and nothing left of what ran before.</summary>
    private async Task BootAsync(LabState lab, LabPlace place, string node)
    {
        await EndAsync(lab, node, isKilled: true).ConfigureAwait(false);
        if (OperatingSystem.IsLinux())
            MakeFolder(place.Folder);
        await LabNetwork.MakeNodeAsync(lab, place).ConfigureAwait(false);
    }

    [SupportedOSPlatform("linux")]
    private static void MakeFolder(string folder) => Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private static async Task UntilAsync(LabPlace place, string program, LabProcess process, Func<Task<bool>> answers, TimeSpan timeout, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await answers().ConfigureAwait(false))
        {
            var name = Path.GetFileName(place.Folder);
            if (!process.IsAlive())
                throw new LabException("LabProcessFailed", $"{program} of {name} ended while it was starting. {LabLog.Tail(place.LogOf(program))}");
            if (TimeProvider.System.GetElapsedTime(began) > timeout)
                throw new LabException("LabTimeout", $"{program} of {name} (process {process.Id}) did not answer within {Durations.Format(timeout)}. {LabLog.Tail(place.LogOf(program))}");
            await Task.Delay(Pause, TimeProvider.System, stop).ConfigureAwait(false);
        }
    }

    private static async Task<bool> AnswersAsync(SwarmClient client, CancellationToken stop)
    {
        try
        {
            await client.PingAsync(stop).ConfigureAwait(false);
            return true;
        }
        catch (SwarmUnreachableException)
        {
            return false;
        }
    }

    /// <summary>Ends processes until none is left: each of them may start another.</summary>
    private static async Task KillAllAsync(Func<Task<IReadOnlyList<int>>> find)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await find().ConfigureAwait(false) is { Count: > 0 } left)
        {
            foreach (var id in left)
                LabProcess.Kill(id);
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new LabException("LabProcessStuck", $"These processes of the lab do not end, not even when they are killed: {string.Join(", ", left)}. The system holds them, as a rule at a disk. Run Stop-SwarmLab again when that is over.");
            await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
        }
    }
}
