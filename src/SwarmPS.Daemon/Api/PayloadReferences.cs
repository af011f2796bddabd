using Newtonsoft.Json;
using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary>What ties services to secrets and configs.</summary>
internal static class PayloadReferences
{
    /// <summary>A body that holds a payload. Throws <see cref="SwarmException"/> where it is none; its message shows nothing of the text.</summary>
    public static T Read<T>(string text)
    {
        try
        {
            return ApiJson.Read<T>(text);
        }
        catch (JsonException fault)
        {
            var (line, position) = fault switch
            {
                JsonReaderException reading => (reading.LineNumber, reading.LinePosition),
                JsonSerializationException shape => (shape.LineNumber, shape.LinePosition),
                _ => (0, 0),
            };
            throw SwarmException.Invalid($"invalid JSON in the body, at line {line}, position {position}: expected an object with Name, Labels and Data, which is text in base64");
        }
    }

    /// <summary>Throws <see cref="SwarmException"/> where a service names secrets or configs that are not there.</summary>
    public static void CheckPresent(Snapshot state, ServiceSpec spec)
    {
        if (spec.TaskTemplate.ContainerSpec is not { } container)
            return;
        Refuse("secret", container.Secrets.OrEmpty()
            .Where(reference => state.Secrets.Find(reference.SecretId!)?.Spec.Name != reference.SecretName).Select(reference => reference.SecretName!));
        Refuse("config", container.Configs.OrEmpty()
            .Where(reference => state.Configs.Find(reference.ConfigId!)?.Spec.Name != reference.ConfigName).Select(reference => reference.ConfigName!));
    }

    /// <summary>Throws <see cref="SwarmException"/>, naming the services, where some use the secret.</summary>
    public static void CheckUnused(Snapshot state, Secret secret) =>
        RefuseUsed(state, "secret", secret.Spec.Name, container => container.Secrets.OrEmpty().Any(reference => reference.SecretId == secret.Id));

    /// <summary>Throws <see cref="SwarmException"/>, naming the services, where some use the config.</summary>
    public static void CheckUnused(Snapshot state, Config config) =>
        RefuseUsed(state, "config", config.Spec.Name, container => container.Configs.OrEmpty().Any(reference => reference.ConfigId == config.Id));

    /// <summary>Throws <see cref="SwarmException"/> where an update would change more than labels.</summary>
    public static void CheckOnlyLabels(string? name, Payload? data, string? newName, Payload? newData)
    {
        if (name != newName || (newData is not null && newData != data))
            throw SwarmException.Invalid("rpc error: code = InvalidArgument desc = only updates to Labels are allowed");
    }

    /// <summary>The refusal of a name that is taken.</summary>
    public static SwarmException Taken(string kind, string? name) =>
        new(SwarmErrorCode.AlreadyExists, $"rpc error: code = AlreadyExists desc = {kind} {name} already exists");

    private static void Refuse(string kind, IEnumerable<string> missing)
    {
        var names = missing.Distinct(StringComparer.Ordinal).ToList();
        if (names.Count > 0)
            throw SwarmException.Invalid($"rpc error: code = InvalidArgument desc = {kind}{(names.Count > 1 ? "s" : "")} not found: {string.Join(", ", names)}");
    }

    private static void RefuseUsed(Snapshot state, string kind, string? name, Func<ContainerSpec, bool> uses)
    {
        var services = state.Services.All.Where(service => service.Spec.TaskTemplate.ContainerSpec is { } container && uses(container))
            .Select(service => service.Spec.Name).Order(StringComparer.Ordinal).ToList();
        if (services.Count > 0)
            throw SwarmException.Invalid($"rpc error: code = InvalidArgument desc = {kind} '{name}' is in use by the following {(services.Count > 1 ? "services" : "service")}: {string.Join(", ", services)}");
    }
}
