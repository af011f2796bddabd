using Microsoft.Extensions.Logging;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Orchestration;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary>What requests to create or change a service do to the store: made by <c>/services</c>, and only tried by <c>/swarmps/plan</c>.</summary>
internal sealed class ServiceRequests(SwarmChanges changes, NetworkNames networks, ILogger log)
{
    /// <summary>The new service's id, and the transaction that makes it.</summary>
    public async Task<(string Id, Action<StoreTransaction> Work)> CreationAsync(ApiCall call)
    {
        _ = changes.Manager;
        var asked = ServiceDefaults.Fill(await ReadAsync(call).ConfigureAwait(false), MadeUpNames.Of(changes.Random(MadeUpNames.Bytes)));
        var spec = WithPorts(WithRegistryAuth(asked, call, kept: null), had: null);
        SpecValidation.Check(spec).ThrowIfAny($"The service {spec.Name}");
        var id = changes.NewId();
        return (id, tx => Create(tx, id, spec));
    }

    /// <summary>The service's id, and the transaction that changes it.</summary>
    public async Task<(string Id, Action<StoreTransaction> Work)> UpdateAsync(ApiCall call, string name)
    {
        var version = call.VersionOf("service");
        var id = Lookup.Service(changes.State, name).Id;
        var asked = ServiceDefaults.Fill(await ReadAsync(call).ConfigureAwait(false), nameless: "");
        var rollback = call.Query("rollback");
        if (rollback is not (null or "" or "previous"))
            throw SwarmException.Invalid($"unrecognized rollback option {rollback}");
        var rollout = call.Query("rollout");
        if (rollout is not (null or "" or "pause" or "resume" or "rebalance"))
            throw SwarmException.Invalid($"unsupported rollout {rollout}: it is one of pause, resume, rebalance");
        return (id, Change);

        void Change(StoreTransaction tx)
        {
            var service = Lookup.Service(tx.View, id);
            if (service.Version.Index != version)
                throw SwarmException.OutOfSequence();
            if (rollout == "rebalance")
            {
                Rebalance(service, tx);
                return;
            }
            tx.Put((rollout, rollback) switch
            {
                ("pause" or "resume", _) => WithRollout(service, rollout, tx.Now),
                (_, "previous") => RolledBack(service, tx),
                _ => Updated(service, WithRegistryAuth(asked, call, service), tx),
            });
        }
    }

    /// <summary>The body, with networks by their names, for an engine's ids mean nothing on other nodes.</summary>
    private async Task<ServiceSpec> ReadAsync(ApiCall call)
    {
        var text = await call.TextAsync().ConfigureAwait(false);
        var spec = ApiCall.Read<ServiceSpec>(text);
        if (log.IsEnabled(LogLevel.Debug) && UnknownFields.In(text, spec) is { Count: > 0 } unknown)
            log.FieldsPassedOver(string.Join(", ", unknown));
        spec = spec with { TaskTemplate = spec.TaskTemplate ?? new() };
        return spec with
        {
            Networks = await networks.NamedAsync(spec.Networks, call.Stop).ConfigureAwait(false),
            TaskTemplate = spec.TaskTemplate with { Networks = await networks.NamedAsync(spec.TaskTemplate.Networks, call.Stop).ConfigureAwait(false) },
        };
    }

    private void Create(StoreTransaction tx, string id, ServiceSpec asked)
    {
        var spec = ServiceNetworks.Resolve(tx.View, asked);
        if (tx.View.ServiceNamed(spec.Name!) is not null)
            throw new SwarmException(SwarmErrorCode.AlreadyExists, $"rpc error: code = AlreadyExists desc = name conflicts with an existing object: service {spec.Name} already exists");
        Admission.Check(spec, tx.View.Swarm?.Spec).ThrowIfAny($"The service {spec.Name}");
        PayloadReferences.CheckPresent(tx.View, spec);
        tx.Put(ServiceNetworks.WithEndpoint(tx, ServiceUpdates.Create(id, spec, tx.NextVersion, tx.Now), changes.NewId));
    }

    /// <summary>An update that is under way, paused, or one that is paused, under way; the spec stays as it is.</summary>
    private static Service WithRollout(Service service, string rollout, Timestamp now)
    {
        var changed = rollout == "pause" ? ServiceUpdates.Pause(service) : ServiceUpdates.Resume(service, now);
        return changed != service ? changed : throw new SwarmException(
            SwarmErrorCode.FailedPrecondition,
            $"service {service.Spec.Name} has no update that {(rollout == "pause" ? "is under way" : "is paused")}: its update state is {(service.UpdateStatus?.State is { } state ? ApiEnumConverter.Word(state) : "none")}");
    }

    /// <summary>Begins to move tasks to where the service would be spread better.</summary>
    private void Rebalance(Service service, StoreTransaction tx)
    {
        if (service.Spec.Mode?.Replicated is null)
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"service {service.Spec.Name} is not replicated: only tasks of replicated services are moved. A global service has one on each node anyway, and a job's tasks end by themselves.");
        if (!Moves.AreAllowed(service))
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"service {service.Spec.Name} has an update that is {ApiEnumConverter.Word(service.UpdateStatus!.State!)}: let it end, or roll it back, then rebalance.");
        var moves = new Rebalancing(tx.View, tx.Now).Plan(service).Select(move => (move.TaskId, move.NodeId));
        tx.Apply(Moves.Begin(tx.View, service, moves, tx.Now, changes.NewId));
    }

    private Service RolledBack(Service service, StoreTransaction tx)
    {
        var previous = ServiceNetworks.WithEndpoint(tx, ServiceUpdates.Rollback(service, tx.NextVersion, tx.Now), changes.NewId);
        Admission.Check(previous.Spec, tx.View.Swarm?.Spec).ThrowIfAny($"The service {service.Spec.Name}");
        PayloadReferences.CheckPresent(tx.View, previous.Spec);
        return previous;
    }

    private Service Updated(Service service, ServiceSpec asked, StoreTransaction tx)
    {
        var spec = WithPorts(ServiceNetworks.Resolve(tx.View, asked), service.Spec);
        SpecValidation.Check(service.Spec, spec).ThrowIfAny($"The service {service.Spec.Name}");
        Admission.Check(spec, tx.View.Swarm?.Spec).ThrowIfAny($"The service {service.Spec.Name}");
        PayloadReferences.CheckPresent(tx.View, spec);
        return ServiceNetworks.WithEndpoint(tx, ServiceUpdates.Apply(service, spec, tx.NextVersion, tx.Now), changes.NewId);
    }

    private static ServiceSpec WithPorts(ServiceSpec spec, ServiceSpec? had) => spec.EndpointSpec is not { Ports: { } ports } endpoint
        ? spec
        : spec with { EndpointSpec = endpoint with { Ports = PublishedPorts.Settle(ports, had?.EndpointSpec?.Ports) } };

    /// <summary>The client's credentials for the image's registry; else those of the spec that <c>registryAuthFrom</c> names.</summary>
    private static ServiceSpec WithRegistryAuth(ServiceSpec spec, ApiCall call, Service? kept)
    {
        if (spec.TaskTemplate.ContainerSpec is not { } container)
            return spec;
        var from = call.Query("registryAuthFrom");
        if (from is not (null or "" or "spec" or "previous-spec"))
            throw SwarmException.Invalid($"unsupported registryAuthFrom {from}: it is one of spec, previous-spec");
        var header = call.Context.Request.Headers[ApiHeaders.RegistryAuth].ToString();
        var old = from == "previous-spec" ? kept?.PreviousSpec : kept?.Spec;
        var auth = header.Length > 0 ? new RegistryAuth(header) : old?.TaskTemplate.ContainerSpec?.RegistryAuth;
        return spec with { TaskTemplate = spec.TaskTemplate with { ContainerSpec = container with { RegistryAuth = auth } } };
    }
}
