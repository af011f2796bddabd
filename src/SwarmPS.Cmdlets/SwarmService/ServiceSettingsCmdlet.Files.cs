using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    private Dictionary<string, string> secretIds = [];
    private Dictionary<string, string> configIds = [];
    private Dictionary<string, string> networkIds = [];

    /// <summary>Secrets as files below /run/secrets: names, or <c>source=key,target=file,uid=0,gid=0,mode=0444</c> (octal), or hashtables.</summary>
    /// <value>none</value>
    [Parameter]
    [FileReferenceTransformation]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public FileReference[]? Secret { get; set; }

    /// <summary>Configs as files: names, or <c>source=app.conf,target=/etc/app.conf,uid=0,gid=0,mode=0444</c> (octal), or hashtables.</summary>
    /// <value>none</value>
    [Parameter]
    [FileReferenceTransformation]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(ConfigNameCompleter))]
    public FileReference[]? Config { get; set; }

    /// <summary>All secrets that are named.</summary>
    private protected virtual IEnumerable<FileReference> NamedSecrets => Secret ?? [];

    /// <summary>All configs that are named.</summary>
    private protected virtual IEnumerable<FileReference> NamedConfigs => Config ?? [];

    /// <summary>Names of networks that are compared with those of a spec, which has ids of the swarm's.</summary>
    private protected virtual IEnumerable<string> ComparedNetworks => [];

    /// <summary>Finds the ids of the secrets and configs that are named, of which a spec has both, and of networks.</summary>
    private protected async Task ResolveAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (FilterOf(NamedSecrets) is { } secrets)
            secretIds = Ids(NamedSecrets, await swarm.ListSecretsAsync(secrets, stop), secret => secret.Spec.Name, "Secret");
        if (FilterOf(NamedConfigs) is { } configs)
            configIds = Ids(NamedConfigs, await swarm.ListConfigsAsync(configs, stop), config => config.Spec.Name, "Config");
        if (ComparedNetworks.Except(NetworkRules.Predefined).Any())
            networkIds = (await swarm.ListNetworksAsync(new ApiFilters().Add("scope", "swarm"), stop)).ToDictionary(network => network.Name ?? "", network => network.Id, StringComparer.Ordinal);
    }

    /// <summary>What a spec calls a network.</summary>
    private protected string TargetOf(string network) => networkIds.GetValueOrDefault(network, network);

    private protected SecretReference ReferenceToSecret(FileReference reference) =>
        new() { File = reference.File, SecretId = secretIds.GetValueOrDefault(reference.Source), SecretName = reference.Source };

    private protected ConfigReference ReferenceToConfig(FileReference reference) =>
        new() { File = reference.File, ConfigId = configIds.GetValueOrDefault(reference.Source), ConfigName = reference.Source };

    private static ApiFilters? FilterOf(IEnumerable<FileReference> named)
    {
        var filters = new ApiFilters();
        var names = named.Select(reference => reference.Source).Distinct(StringComparer.Ordinal).ToList();
        names.ForEach(name => filters.Add("names", name));
        return names.Count > 0 ? filters : null;
    }

    private static Dictionary<string, string> Ids<T>(IEnumerable<FileReference> named, List<T> found, Func<T, string?> name, string subject) where T : StoreObject
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in found)
            ids[name(item) ?? ""] = item.Id;
        return named.FirstOrDefault(reference => !ids.ContainsKey(reference.Source)) is { Source: var missing }
            ? throw new Missing(subject, missing).ToFault(ids.Keys)
            : ids;
    }
}
