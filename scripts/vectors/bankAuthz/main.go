// Runs messages of x/bank and x/authz through the Cosmos SDK's own keepers and writes down what came of each: gas, events,
// response, error, and the store entries that changed. The scenario is a list of steps over one state.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/log"
	"cosmossdk.io/store"
	"cosmossdk.io/store/metrics"
	storetypes "cosmossdk.io/store/types"
	"cosmossdk.io/x/tx/signing"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

const prefix = "stateset"

var genesisTime = time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, time.UTC)

type entry struct {
	Store string  `json:"store"`
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

type attribute [2]string

type event struct {
	Type       string      `json:"type"`
	Attributes []attribute `json:"attributes"`
}

type failure struct {
	Codespace string `json:"codespace"`
	Code      uint32 `json:"code"`
	Log       string `json:"log"`
}

type step struct {
	Name     string   `json:"name"`
	TimeNs   string   `json:"timeNs"`
	Op       string   `json:"op"`
	TypeUrl  string   `json:"typeUrl,omitempty"`
	Message  string   `json:"message,omitempty"`
	Args     []string `json:"args,omitempty"`
	Gas      uint64   `json:"gas"`
	Failure  *failure `json:"failure,omitempty"`
	Response string   `json:"response,omitempty"`
	Events   []event  `json:"events,omitempty"`
	Changes  []entry  `json:"changes,omitempty"`
}

type queryStep struct {
	// After is how many steps had run.
	After    int    `json:"after"`
	Path     string `json:"path"`
	Request  string `json:"request"`
	Response string `json:"response,omitempty"`
	Error    string `json:"error,omitempty"`
}

type world struct {
	cms     storetypes.CommitMultiStore
	keys    map[string]*storetypes.KVStoreKey
	cdc     codec.Codec
	ak      authkeeper.AccountKeeper
	bk      bankkeeper.BaseKeeper
	zk      authzkeeper.Keeper
	router  *baseapp.MsgServiceRouter
	queries *baseapp.GRPCQueryRouter
	now     time.Time
	steps   []step
	asked   []queryStep
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func newWorld() *world {
	config := sdk.GetConfig()
	config.SetBech32PrefixForAccount(prefix, prefix+"pub")
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: proto.HybridResolver,
		SigningOptions: signing.Options{
			AddressCodec:          address.NewBech32Codec(prefix),
			ValidatorAddressCodec: address.NewBech32Codec(prefix + "valoper"),
		},
	})
	check(err)
	std.RegisterInterfaces(registry)
	authtypes.RegisterInterfaces(registry)
	banktypes.RegisterInterfaces(registry)
	authz.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	keys := storetypes.NewKVStoreKeys(authtypes.StoreKey, banktypes.StoreKey, authzkeeper.StoreKey)
	cms := store.NewCommitMultiStore(dbm.NewMemDB(), log.NewNopLogger(), metrics.NewNoOpMetrics())
	for _, key := range keys {
		cms.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	}
	check(cms.LoadLatestVersion())
	permissions := map[string][]string{"fee_collector": nil, "gov": nil, "mint": {"minter"}, "furnace": {"burner"}}
	authority := authtypes.NewModuleAddress("gov").String()
	blocked := map[string]bool{}
	for name := range permissions {
		blocked[authtypes.NewModuleAddress(name).String()] = true
	}
	ak := authkeeper.NewAccountKeeper(cdc, runtime.NewKVStoreService(keys[authtypes.StoreKey]), authtypes.ProtoBaseAccount,
		permissions, address.NewBech32Codec(prefix), prefix, authority)
	bk := bankkeeper.NewBaseKeeper(cdc, runtime.NewKVStoreService(keys[banktypes.StoreKey]), ak, blocked, authority, log.NewNopLogger())
	router := baseapp.NewMsgServiceRouter()
	router.SetInterfaceRegistry(registry)
	zk := authzkeeper.NewKeeper(runtime.NewKVStoreService(keys[authzkeeper.StoreKey]), cdc, router, ak).SetBankKeeper(bk)
	banktypes.RegisterMsgServer(router, bankkeeper.NewMsgServerImpl(bk))
	authz.RegisterMsgServer(router, zk)
	queries := baseapp.NewGRPCQueryRouter()
	queries.SetInterfaceRegistry(registry)
	banktypes.RegisterQueryServer(queries, bk)
	authz.RegisterQueryServer(queries, zk)
	return &world{cms: cms, keys: keys, cdc: cdc, ak: ak, bk: bk, zk: zk, router: router, queries: queries, now: genesisTime}
}

func (w *world) context() sdk.Context {
	header := cmtproto.Header{ChainID: "vectors-1", Height: 1, Time: w.now}
	return sdk.NewContext(w.cms.CacheMultiStore(), header, false, log.NewNopLogger()).
		WithGasMeter(storetypes.NewInfiniteGasMeter()).WithEventManager(sdk.NewEventManager())
}

func (w *world) dump(ms storetypes.MultiStore) map[string]string {
	all := map[string]string{}
	for name, key := range w.keys {
		iterator := ms.GetKVStore(key).Iterator(nil, nil)
		for ; iterator.Valid(); iterator.Next() {
			all[name+"/"+hex.EncodeToString(iterator.Key())] = hex.EncodeToString(iterator.Value())
		}
		check(iterator.Close())
	}
	return all
}

func split(id string) (string, string) {
	for i := range id {
		if id[i] == '/' {
			return id[:i], id[i+1:]
		}
	}
	panic(id)
}

func changes(before, after map[string]string) []entry {
	ids := []string{}
	for id := range after {
		if was, ok := before[id]; !ok || was != after[id] {
			ids = append(ids, id)
		}
	}
	for id := range before {
		if _, ok := after[id]; !ok {
			ids = append(ids, id)
		}
	}
	sort.Strings(ids)
	list := []entry{}
	for _, id := range ids {
		name, key := split(id)
		change := entry{Store: name, Key: key}
		if value, ok := after[id]; ok {
			change.Value = &value
		}
		list = append(list, change)
	}
	return list
}

func attributesOf(list []abci.EventAttribute) []attribute {
	out := []attribute{}
	for _, a := range list {
		out = append(out, attribute{a.Key, a.Value})
	}
	return out
}

func eventsOf(list []abci.Event) []event {
	out := []event{}
	for _, e := range list {
		out = append(out, event{Type: e.Type, Attributes: attributesOf(e.Attributes)})
	}
	return out
}

// run executes one step in a cache layer and keeps its writes when it did not fail.
func (w *world) run(s step, execute func(ctx sdk.Context) (*sdk.Result, error)) {
	base := w.context()
	before := w.dump(base.MultiStore())
	ctx, write := base.CacheContext()
	ctx = ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()).WithEventManager(sdk.NewEventManager())
	result, err := execute(ctx)
	s.TimeNs = fmt.Sprint(w.now.UnixNano())
	s.Gas = ctx.GasMeter().GasConsumed()
	if err != nil {
		codespace, code, log := errorsmod.ABCIInfo(err, false)
		s.Failure = &failure{codespace, code, log}
	} else {
		write()
		s.Changes = changes(before, w.dump(base.MultiStore()))
		events := ctx.EventManager().ABCIEvents()
		if result != nil {
			s.Response = hex.EncodeToString(result.Data)
			events = result.Events
		}
		s.Events = eventsOf(events)
		base.MultiStore().(storetypes.CacheMultiStore).Write()
	}
	w.steps = append(w.steps, s)
}

func (w *world) msg(name string, msg sdk.Msg) {
	bytes, err := proto.Marshal(msg)
	check(err)
	s := step{Name: name, Op: "msg", TypeUrl: sdk.MsgTypeURL(msg), Message: hex.EncodeToString(bytes)}
	w.run(s, func(ctx sdk.Context) (*sdk.Result, error) { return w.router.Handler(msg)(ctx, msg) })
}

func (w *world) op(name, op string, args []string, execute func(ctx sdk.Context) error) {
	w.run(step{Name: name, Op: op, Args: args}, func(ctx sdk.Context) (*sdk.Result, error) { return nil, execute(ctx) })
}

func (w *world) ask(path string, request proto.Message) {
	bytes, err := proto.Marshal(request)
	check(err)
	q := queryStep{After: len(w.steps), Path: path, Request: hex.EncodeToString(bytes)}
	response, err := w.queries.Route(path)(w.context(), &abci.RequestQuery{Path: path, Data: bytes})
	if err != nil {
		q.Error = err.Error()
	} else {
		q.Response = hex.EncodeToString(response.Value)
	}
	w.asked = append(w.asked, q)
}

func coins(text string) sdk.Coins {
	list, err := sdk.ParseCoinsNormalized(text)
	check(err)
	return list
}

func account(b byte) sdk.AccAddress {
	bytes := make([]byte, 20)
	for i := range bytes {
		bytes[i] = b
	}
	return bytes
}

func (w *world) genesis() step {
	base := w.context()
	check(w.ak.Params.Set(base, authtypes.DefaultParams()))
	for _, b := range []byte{1, 2} {
		w.ak.SetAccount(base, w.ak.NewAccountWithAddress(base, account(b)))
	}
	for _, name := range []string{"fee_collector", "furnace", "gov", "mint"} {
		w.ak.GetModuleAccount(base, name)
	}
	w.bk.InitGenesis(base, &banktypes.GenesisState{
		Params: banktypes.DefaultParams(),
		Balances: []banktypes.Balance{
			{Address: account(2).String(), Coins: coins("7uusdc")},
			{Address: account(1).String(), Coins: coins("500stake,1000000uusdc")},
		},
		DenomMetadata: []banktypes.Metadata{{
			Name: "USD Coin", Symbol: "USDC", Base: "uusdc", Display: "usdc",
			DenomUnits: []*banktypes.DenomUnit{{Denom: "uusdc"}, {Denom: "usdc", Exponent: 6}},
		}},
		SendEnabled: []banktypes.SendEnabled{{Denom: "frozen", Enabled: false}},
	})
	after := w.dump(base.MultiStore())
	base.MultiStore().(storetypes.CacheMultiStore).Write()
	return step{Name: "genesis", Op: "genesis", TimeNs: fmt.Sprint(w.now.UnixNano()), Changes: changes(nil, after)}
}

func (w *world) write(name string, genesis step) {
	bytes, err := json.MarshalIndent(map[string]any{"genesis": genesis, "steps": w.steps, "queries": w.asked}, "", " ")
	check(err)
	check(os.WriteFile("../../../test/vectors/bankAuthz/"+name, append(bytes, '\n'), 0o644))
}

func main() {
	bank()
	grants()
}
