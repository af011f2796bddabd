using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    /// <summary>
    /// Leaves the image as it is written. Otherwise the registry is asked for its digest and platforms, so that all nodes run the very
    /// same one, and where it does not tell, a warning says so.
    /// </summary>
    [Parameter]
    public SwitchParameter NoResolveImage { get; set; }

    /// <summary>What pins an image; null where it is not to be, or cannot be.</summary>
    private protected Task<ImagePin?> PinAsync(SwarmClient swarm, string? image, CancellationToken stop) =>
        image is null || NoResolveImage ? Task.FromResult<ImagePin?>(null) : ImagePin.AskAsync(swarm, image, RegistryCredentials.Of(RegistryCredential), WriteWarning, stop);

    /// <summary>A spec with its image pinned, where there is a pin.</summary>
    private protected static ServiceSpec Pinned(ServiceSpec spec, ImagePin? pin) => pin?.ApplyTo(spec) ?? spec;
}
