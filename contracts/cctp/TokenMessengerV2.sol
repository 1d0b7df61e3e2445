// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Denylistable} from "../roles/Denylistable.sol";
import {Initializable} from "../roles/Initializable.sol";
import {AddressBytes} from "./messages/AddressBytes.sol";
import {BurnMessage} from "./messages/BurnMessage.sol";
import {BurnMessageV2} from "./messages/BurnMessageV2.sol";
import {TOKEN_MESSENGER_MIN_FINALITY_THRESHOLD} from "./finality.sol";
import {IMessageHandlerV2} from "./IMessageHandlerV2.sol";
import {IMessageTransmitterV2} from "./IMessageTransmitterV2.sol";
import {ITokenMinterV2} from "./ITokenMinterV2.sol";
import {TokenMessengerBase} from "./TokenMessengerBase.sol";

/// CCTP V2: burns tokens here to have them minted on another domain, fast for a fee if wanted, and mints what was
/// burned there. Hook data is carried along and never run.
contract TokenMessengerV2 is IMessageHandlerV2, TokenMessengerBase, Denylistable, Initializable {
    using AddressBytes for address;
    using AddressBytes for bytes32;
    using BurnMessage for bytes;
    using BurnMessageV2 for bytes;

    struct TokenMessengerV2Roles {
        address owner;
        address rescuer;
        address feeRecipient;
        address denylister;
        address tokenMinter;
        address minFeeController;
    }

    /// What a depositor asks for, as one value: the stack has no room for seven.
    struct Deposit {
        uint256 amount;
        uint32 destinationDomain;
        bytes32 mintRecipient;
        address burnToken;
        bytes32 destinationCaller;
        uint256 maxFee;
        uint32 minFinalityThreshold;
    }

    /// A minimum fee of so much would be the whole amount: 1000 is one basis point.
    uint256 public constant MIN_FEE_MULTIPLIER = 10_000_000;

    address public feeRecipient;
    address public minFeeController;

    /// The least fee that a depositor must allow, in parts of MIN_FEE_MULTIPLIER; zero switches the check off.
    uint256 public minFee;

    event DepositForBurn(
        address indexed burnToken,
        uint256 amount,
        address indexed depositor,
        bytes32 mintRecipient,
        uint32 destinationDomain,
        bytes32 destinationTokenMessenger,
        bytes32 destinationCaller,
        uint256 maxFee,
        uint32 indexed minFinalityThreshold,
        bytes hookData
    );
    event MintAndWithdraw(
        address indexed mintRecipient, uint256 amount, address indexed mintToken, uint256 feeCollected
    );
    event FeeRecipientSet(address feeRecipient);
    event MinFeeControllerSet(address minFeeController);
    event MinFeeSet(uint256 minFee);

    constructor(address _messageTransmitter, uint32 _messageBodyVersion)
        TokenMessengerBase(_messageTransmitter, _messageBodyVersion)
    {}

    function initialize(
        TokenMessengerV2Roles calldata roles,
        uint256 minFee_,
        uint32[] calldata remoteDomains_,
        bytes32[] calldata remoteTokenMessengers_
    ) external initializer {
        require(roles.owner != address(0), "Owner is the zero address");
        require(remoteDomains_.length == remoteTokenMessengers_.length, "Invalid remote domain configuration");
        _transferOwnership(roles.owner);
        _updateRescuer(roles.rescuer);
        _updateDenylister(roles.denylister);
        _setFeeRecipient(roles.feeRecipient);
        _setMinFeeController(roles.minFeeController);
        _setMinFee(minFee_);
        _addLocalMinter(roles.tokenMinter);
        for (uint256 i = 0; i < remoteDomains_.length; ++i) {
            _addRemoteTokenMessenger(remoteDomains_[i], remoteTokenMessengers_[i]);
        }
    }

    function depositForBurn(
        uint256 amount,
        uint32 destinationDomain,
        bytes32 mintRecipient,
        address burnToken,
        bytes32 destinationCaller,
        uint256 maxFee,
        uint32 minFinalityThreshold
    ) external notDenylistedCallers {
        _depositForBurn(
            Deposit(
                amount,
                destinationDomain,
                mintRecipient,
                burnToken,
                destinationCaller,
                maxFee,
                minFinalityThreshold
            ),
            msg.data[0:0]
        );
    }

    function depositForBurnWithHook(
        uint256 amount,
        uint32 destinationDomain,
        bytes32 mintRecipient,
        address burnToken,
        bytes32 destinationCaller,
        uint256 maxFee,
        uint32 minFinalityThreshold,
        bytes calldata hookData
    ) external notDenylistedCallers {
        require(hookData.length > 0, "Hook data is empty");
        _depositForBurn(
            Deposit(
                amount,
                destinationDomain,
                mintRecipient,
                burnToken,
                destinationCaller,
                maxFee,
                minFinalityThreshold
            ),
            hookData
        );
    }

    function handleReceiveFinalizedMessage(
        uint32 remoteDomain,
        bytes32 sender,
        uint32,
        bytes calldata messageBody
    ) external onlyLocalMessageTransmitter onlyRemoteTokenMessenger(remoteDomain, sender) returns (bool) {
        _mintAndWithdraw(remoteDomain, messageBody);
        return true;
    }

    function handleReceiveUnfinalizedMessage(
        uint32 remoteDomain,
        bytes32 sender,
        uint32 finalityThresholdExecuted,
        bytes calldata messageBody
    ) external onlyLocalMessageTransmitter onlyRemoteTokenMessenger(remoteDomain, sender) returns (bool) {
        require(
            finalityThresholdExecuted >= TOKEN_MESSENGER_MIN_FINALITY_THRESHOLD, "Unsupported finality threshold"
        );
        _mintAndWithdraw(remoteDomain, messageBody);
        return true;
    }

    /// The least `maxFee` for a burn of `amount`: rounded down, but at least one unit while there is a minimum.
    function getMinFeeAmount(uint256 amount) external view returns (uint256) {
        if (minFee == 0) return 0;
        require(amount > 1, "Amount too low");
        return _minFeeAmount(amount);
    }

    function setFeeRecipient(address _feeRecipient) external onlyOwner {
        _setFeeRecipient(_feeRecipient);
    }

    function setMinFeeController(address _minFeeController) external onlyOwner {
        _setMinFeeController(_minFeeController);
    }

    function setMinFee(uint256 _minFee) external {
        require(msg.sender == minFeeController, "Caller is not the min fee controller");
        _setMinFee(_minFee);
    }

    function _depositForBurn(Deposit memory deposit, bytes calldata hookData) private {
        require(deposit.amount > 0, "Amount must be nonzero");
        require(deposit.mintRecipient != bytes32(0), "Mint recipient must be nonzero");
        require(deposit.maxFee < deposit.amount, "Max fee must be less than amount");
        if (minFee > 0) require(deposit.maxFee >= _minFeeAmount(deposit.amount), "Insufficient max fee");
        bytes32 destination = _requireRemoteTokenMessenger(deposit.destinationDomain);
        _depositAndBurn(deposit.burnToken, deposit.amount);
        IMessageTransmitterV2(localMessageTransmitter).sendMessage(
            deposit.destinationDomain,
            destination,
            deposit.destinationCaller,
            deposit.minFinalityThreshold,
            _encodeBody(deposit, hookData)
        );
        emit DepositForBurn(
            deposit.burnToken,
            deposit.amount,
            msg.sender,
            deposit.mintRecipient,
            deposit.destinationDomain,
            destination,
            deposit.destinationCaller,
            deposit.maxFee,
            deposit.minFinalityThreshold,
            hookData
        );
    }

    function _encodeBody(Deposit memory deposit, bytes calldata hookData) private view returns (bytes memory) {
        return BurnMessageV2.encode(
            messageBodyVersion,
            deposit.burnToken.toBytes32(),
            deposit.mintRecipient,
            deposit.amount,
            msg.sender.toBytes32(),
            deposit.maxFee,
            hookData
        );
    }

    /// Mints the amount less the fee to the recipient, and the fee to the fee recipient.
    function _mintAndWithdraw(uint32 remoteDomain, bytes calldata body) private {
        body.requireValid();
        require(body.getVersion() == messageBodyVersion, "Invalid message body version");
        uint256 expirationBlock = body.getExpirationBlock();
        require(
            expirationBlock == 0 || expirationBlock > block.number, "Message expired and must be re-signed"
        );
        uint256 amount = body.getAmount();
        uint256 fee = body.getFeeExecuted();
        require(fee == 0 || fee < amount, "Fee equals or exceeds amount");
        require(fee <= body.getMaxFee(), "Fee exceeds max fee");

        address mintRecipient = body.getMintRecipient().toAddress();
        bytes32 burnToken = body.getBurnToken();
        ITokenMinterV2 minter = _requireLocalMinter();
        address mintToken = fee == 0
            ? minter.mint(remoteDomain, burnToken, mintRecipient, amount)
            : minter.mint(remoteDomain, burnToken, mintRecipient, feeRecipient, amount - fee, fee);
        emit MintAndWithdraw(mintRecipient, amount - fee, mintToken, fee);
    }

    function _minFeeAmount(uint256 amount) private view returns (uint256) {
        uint256 least = amount * minFee / MIN_FEE_MULTIPLIER;
        return least == 0 ? 1 : least;
    }

    function _setFeeRecipient(address newFeeRecipient) private {
        require(newFeeRecipient != address(0), "Zero address not allowed");
        feeRecipient = newFeeRecipient;
        emit FeeRecipientSet(newFeeRecipient);
    }

    function _setMinFeeController(address newMinFeeController) private {
        require(newMinFeeController != address(0), "Zero address not allowed");
        minFeeController = newMinFeeController;
        emit MinFeeControllerSet(newMinFeeController);
    }

    function _setMinFee(uint256 newMinFee) private {
        require(newMinFee < MIN_FEE_MULTIPLIER, "Min fee too high");
        minFee = newMinFee;
        emit MinFeeSet(newMinFee);
    }
}
