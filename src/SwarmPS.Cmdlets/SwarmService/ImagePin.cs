using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>An image as a registry has it now: every node gets that very one, and only nodes of its platforms.</summary>
/// <param name="Image">The image, with its digest.</param>
/// <param name="Platforms">Its platforms; null where the registry names none.</param>
internal sealed record ImagePin(string Image, ValueList<Platform>? Platforms)
{
    /// <summary>How long a registry is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Asks the registry, through the daemon's engine; null, after a warning, where it does not tell.</summary>
    public static async Task<ImagePin?> AskAsync(SwarmClient swarm, string image, RegistryAuth? registry, Action<string> warn, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(Patience);
        try
        {
            return Of(image, await swarm.GetDistributionAsync(image, registry, late.Token));
        }
        catch (SwarmApiException refusal)
        {
            Warn(refusal.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Warn($"the registry did not answer within {Patience.TotalSeconds:0} s");
        }
        return null;

        void Warn(string reason)
        {
            if (!ImageReferences.IsFixed(image))
                warn($"image {image} could not be accessed on a registry to record its digest. Each node will access {image} independently, possibly leading to different nodes running different versions of the image. ({reason.TrimEnd('.')}; -NoResolveImage does not ask.)");
        }
    }

    /// <summary>The pin that an answer makes, as the docker client makes it.</summary>
    internal static ImagePin? Of(string image, DistributionAnswer answer)
    {
        if (answer.Descriptor?.Digest is not { Length: > 0 } digest)
            return null;
        // Nodes of all kinds of ARM report another word than images of them have.
        var platforms = answer.Platforms.OrEmpty()
            .Select(platform => new Platform { OS = platform.OS, Architecture = string.Equals(platform.Architecture, "arm", StringComparison.OrdinalIgnoreCase) ? "" : platform.Architecture })
            .ToValueList();
        return new(ImageReferences.IsFixed(image) ? image : $"{ImageReferences.WithTag(image)}@{digest}", platforms.Count > 0 ? platforms : null);
    }

    /// <summary>A spec with the image pinned.</summary>
    public ServiceSpec ApplyTo(ServiceSpec spec) => spec with
    {
        TaskTemplate = spec.TaskTemplate with
        {
            ContainerSpec = spec.TaskTemplate.ContainerSpec! with { Image = Image },
            Placement = Platforms is null && spec.TaskTemplate.Placement is null ? null : (spec.TaskTemplate.Placement ?? new()) with { Platforms = Platforms },
        },
    };
}
