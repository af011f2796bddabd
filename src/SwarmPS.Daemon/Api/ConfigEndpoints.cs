using Microsoft.AspNetCore.Http;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/configs</c>: files that containers get.</summary>
internal sealed class ConfigEndpoints(SwarmChanges changes)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/configs", call => call.AnswerListAsync(PayloadQuery.Configs(changes.State, call.Query("filters")))),
        new("GET", "/configs/{id}", call => call.AnswerAsync(Lookup.Config(changes.State, call.Id))),
        new("POST", "/configs/create", CreateAsync),
        new("POST", "/configs/{id}/update", UpdateAsync),
        new("DELETE", "/configs/{id}", RemoveAsync),
    ];

    private async Task CreateAsync(ApiCall call)
    {
        _ = changes.Manager;
        var spec = PayloadReferences.Read<ConfigSpec>(await call.TextAsync().ConfigureAwait(false));
        SpecValidation.Check(spec).ThrowIfAny($"The config {spec.Name}");
        var id = changes.NewId();
        await changes.MakeAsync(
            tx =>
            {
                if (tx.View.ConfigNamed(spec.Name!) is not null)
                    throw PayloadReferences.Taken("config", spec.Name);
                tx.Put(new Config { Id = id, Spec = spec with { Labels = spec.Labels.OrEmpty() } });
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerAsync(new CreateAnswer { Id = id }, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task UpdateAsync(ApiCall call)
    {
        var version = call.VersionOf("config");
        var id = Lookup.Config(changes.State, call.Id).Id;
        var spec = PayloadReferences.Read<ConfigSpec>(await call.TextAsync().ConfigureAwait(false));
        await changes.MakeAsync(
            tx =>
            {
                var config = Lookup.Config(tx.View, id);
                if (config.Version.Index != version)
                    throw SwarmException.OutOfSequence();
                PayloadReferences.CheckOnlyLabels(config.Spec.Name, config.Spec.Data, spec.Name, spec.Data);
                var changed = config with { Spec = config.Spec with { Labels = spec.Labels.OrEmpty() } };
                SpecValidation.Check(changed.Spec).ThrowIfAny($"The config {spec.Name}");
                tx.Put(changed);
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }

    private async Task RemoveAsync(ApiCall call)
    {
        await changes.MakeAsync(
            tx =>
            {
                var config = Lookup.Config(tx.View, call.Id);
                PayloadReferences.CheckUnused(tx.View, config);
                tx.Delete(config);
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync(StatusCodes.Status204NoContent).ConfigureAwait(false);
    }
}
