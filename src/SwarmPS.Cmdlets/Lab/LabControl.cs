using System.Text.RegularExpressions;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>Starts and ends whole labs.</summary>
public sealed partial class LabControl
{
    /// <summary>The longest paths of an engine's own sockets are this much longer than the lab's folder; a socket's path has 107 bytes.</summary>
    private const int LongestFolder = 60;

    private readonly LabStore store;

    /// <summary>The labs of <paramref name="store"/>.</summary>
    public LabControl(LabStore store) => (this.store, Nodes) = (store, new(store));

    /// <summary>Its nodes, one by one.</summary>
    public LabNodes Nodes { get; }

    /// <summary>Says in a sentence why no lab can run here; null where one can.</summary>
    public static string? Obstacle() => LabTool.Obstacle();

    /// <summary>Starts a lab, or what does not run of it, and adds the nodes that are asked for and not there; gives the lab.</summary>
    public async Task<LabState> StartAsync(LabRequest request, CancellationToken stop)
    {
        var steps = new LabSteps(request.Progress, (request.Nodes * (request.IsJoined ? 2 : 1)) + 1);
        var lab = await ClaimAsync(request).ConfigureAwait(false);
        steps.Did($"Network of {lab.Name}: {lab.AddressOf(0)}/24");
        var images = await ImagesAsync(request, lab, stop).ConfigureAwait(false);
        await Task.WhenAll(lab.Nodes.Select(node => StartNodeAsync(request, lab, node, images, steps, stop))).ConfigureAwait(false);
        lab = store.Get(lab.Name);
        if (request.IsJoined)
            await new LabJoining(lab, request, steps).JoinAsync(stop).ConfigureAwait(false);
        return lab;
    }

    /// <summary>Ends all processes of a lab and removes its network, mounts and control groups, and all of its files where they are not kept.</summary>
    public async Task StopAsync(string name, bool isKept)
    {
        var lab = store.Get(name);
        await Task.WhenAll(lab.Nodes.Select(node => Nodes.EndAsync(lab, node.Name, isKilled: false))).ConfigureAwait(false);
        await LabNetwork.RemoveBridgeAsync(lab).ConfigureAwait(false);
        if (isKept)
            return;
        await LabMounts.RemoveAsync(lab.Folder).ConfigureAwait(false);
        if (Directory.Exists(lab.Folder))
            Directory.Delete(lab.Folder, recursive: true);
        store.Remove(name);
    }

    /// <summary>Loads the images of a tar file into each engine, at once.</summary>
    public async Task LoadAsync(string name, string tar, CancellationToken stop)
    {
        var lab = store.Get(name);
        await Task.WhenAll(lab.Nodes.Select(node => LabEngine.LoadAsync(lab.PlaceOf(node).EngineSocket, tar, stop))).ConfigureAwait(false);
    }

    private async Task StartNodeAsync(LabRequest request, LabState lab, LabNode node, IReadOnlyList<string> images, LabSteps steps, CancellationToken stop)
    {
        await Nodes.StartAsync(lab.Name, node.Name, request.Timeout, stop).ConfigureAwait(false);
        foreach (var tar in images)
            await LabEngine.LoadAsync(lab.PlaceOf(node).EngineSocket, tar, stop).ConfigureAwait(false);
        steps.Did($"{node.Name} runs");
    }

    /// <summary>Makes the lab's file and network, where they are not there.</summary>
    private async Task<LabState> ClaimAsync(LabRequest request)
    {
        Check(request);
        var lab = store.Find(request.Name);
        var folder = request.Folder ?? lab?.Folder ?? store.FolderOf(request.Name);
        if (lab is not null && folder != lab.Folder)
            throw new LabException("LabExists", $"The lab {request.Name} is there already, in {lab.Folder}. Leave the folder out to go on with it, or take another name.");
        if (lab is null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new LabException("LabFolderInUse", $"The folder {folder} is not empty. Name an empty one or none; Stop-SwarmLab deletes it with all that is in it.");
        if (folder.Length > LongestFolder)
            throw new LabException("LabFolderTooLong", $"The folder {folder} is {folder.Length} letters long; {LongestFolder} at most leave room for the engines' sockets. Name a shorter one.");
        lab ??= new() { Name = request.Name, Folder = folder, Program = request.Program, Subnet = 0, Boot = LabStore.Boot, IsLiveRestored = request.IsLiveRestored };
        var isNew = store.Find(request.Name) is null;
        if (!LabNetwork.Has(lab.BridgeNamespace))
            lab = lab with { Subnet = await LabNetwork.MakeBridgeAsync(lab, isNew ? null : lab.Subnet).ConfigureAwait(false) };
        return await store.ChangeAsync(request.Name, known => WithNodes((known ?? lab) with { Program = request.Program }, request)).ConfigureAwait(false);
    }

    private static LabState WithNodes(LabState lab, LabRequest request)
    {
        var more = Enumerable.Range(lab.Nodes.Count + 1, Math.Max(0, request.Nodes - lab.Nodes.Count));
        return lab with { Nodes = [.. lab.Nodes, .. more.Select(number => new LabNode { Number = number, IsManager = number <= request.Managers })] };
    }

    private static void Check(LabRequest request)
    {
        if (Obstacle() is { } obstacle)
            throw new LabException("LabNotSupported", obstacle);
        if (!Name().IsMatch(request.Name))
            throw new LabException("LabNameInvalid", $"'{request.Name}' is no name for a lab: up to 20 small letters, digits and hyphens, a letter first.");
        if (request.Managers > request.Nodes || request.Managers < 1 || request.Nodes > 200)
            throw new LabException("LabSizeInvalid", $"{request.Managers} managers among {request.Nodes} nodes: there is at least one manager, no more managers than nodes, and no more than 200 nodes.");
        foreach (var tar in request.ImageFiles.Prepend(request.Program).Where(file => !File.Exists(file)))
            throw new LabException("LabFileNotFound", $"There is no file {tar}.");
    }

    /// <summary>The tar files to load: those that were named, and one of the images that were.</summary>
    private static async Task<IReadOnlyList<string>> ImagesAsync(LabRequest request, LabState lab, CancellationToken stop)
    {
        if (request.Images.Count == 0)
            return request.ImageFiles;
        Directory.CreateDirectory(lab.Folder);
        var tar = Path.Combine(lab.Folder, "images.tar");
        await LabEngine.SaveAsync(request.ImageEngine, request.Images, tar, stop).ConfigureAwait(false);
        return [.. request.ImageFiles, tar];
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,19}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
