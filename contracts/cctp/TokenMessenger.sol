// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AddressBytes} from "./messages/AddressBytes.sol";
import {BurnMessage} from "./messages/BurnMessage.sol";
import {MessageHeader} from "./messages/MessageHeader.sol";
import {MessageV1} from "./messages/MessageV1.sol";
import {IMessageHandler} from "./IMessageHandler.sol";
import {IMessageTransmitter} from "./IMessageTransmitter.sol";
import {TokenMessengerBase} from "./TokenMessengerBase.sol";

/// CCTP V1: burns tokens here to have them minted on another domain, and mints what was burned there.
contract TokenMessenger is IMessageHandler, TokenMessengerBase {
    using AddressBytes for address;
    using AddressBytes for bytes32;
    using BurnMessage for bytes;
    using MessageV1 for bytes;

    event DepositForBurn(
        uint64 indexed nonce,
        address indexed burnToken,
        uint256 amount,
        address indexed depositor,
        bytes32 mintRecipient,
        uint32 destinationDomain,
        bytes32 destinationTokenMessenger,
        bytes32 destinationCaller
    );
    event MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken);

    constructor(address _messageTransmitter, uint32 _messageBodyVersion)
        TokenMessengerBase(_messageTransmitter, _messageBodyVersion)
    {}

    /// Anybody may deliver the message.
    function depositForBurn(
        uint256 amount,
        uint32 destinationDomain,
        bytes32 mintRecipient,
        address burnToken
    ) external returns (uint64 nonce) {
        return _depositForBurn(amount, destinationDomain, mintRecipient, burnToken, bytes32(0));
    }

    /// Only `destinationCaller` may deliver the message.
    function depositForBurnWithCaller(
        uint256 amount,
        uint32 destinationDomain,
        bytes32 mintRecipient,
        address burnToken,
        bytes32 destinationCaller
    ) external returns (uint64 nonce) {
        require(destinationCaller != bytes32(0), "Invalid destination caller");
        return _depositForBurn(amount, destinationDomain, mintRecipient, burnToken, destinationCaller);
    }

    /// Sends an attested burn of the caller again under the same nonce, for another recipient or destination caller.
    /// Nothing is burned again.
    function replaceDepositForBurn(
        bytes calldata originalMessage,
        bytes calldata originalAttestation,
        bytes32 newDestinationCaller,
        bytes32 newMintRecipient
    ) external {
        originalMessage.requireValid();
        bytes calldata body = originalMessage.getBody();
        body.requireValidV1();
        require(msg.sender == body.getMessageSender().toAddress(), "Invalid sender for message");
        require(newMintRecipient != bytes32(0), "Mint recipient must be nonzero");
        IMessageTransmitter(localMessageTransmitter).replaceMessage(
            originalMessage, originalAttestation, _replaceRecipient(body, newMintRecipient), newDestinationCaller
        );
        emit DepositForBurn(
            originalMessage.getNonce(),
            body.getBurnToken().toAddress(),
            body.getAmount(),
            msg.sender,
            newMintRecipient,
            MessageHeader.getDestinationDomain(originalMessage),
            originalMessage.getRecipient(),
            newDestinationCaller
        );
    }

    function handleReceiveMessage(uint32 remoteDomain, bytes32 sender, bytes calldata messageBody)
        external
        onlyLocalMessageTransmitter
        onlyRemoteTokenMessenger(remoteDomain, sender)
        returns (bool)
    {
        messageBody.requireValidV1();
        require(BurnMessage.getVersion(messageBody) == messageBodyVersion, "Invalid message body version");
        address mintRecipient = messageBody.getMintRecipient().toAddress();
        uint256 amount = messageBody.getAmount();
        address mintToken =
            _requireLocalMinter().mint(remoteDomain, messageBody.getBurnToken(), mintRecipient, amount);
        emit MintAndWithdraw(mintRecipient, amount, mintToken);
        return true;
    }

    function _depositForBurn(
        uint256 amount,
        uint32 destinationDomain,
        bytes32 mintRecipient,
        address burnToken,
        bytes32 destinationCaller
    ) private returns (uint64 nonce) {
        require(amount > 0, "Amount must be nonzero");
        require(mintRecipient != bytes32(0), "Mint recipient must be nonzero");
        bytes32 destination = _requireRemoteTokenMessenger(destinationDomain);
        _depositAndBurn(burnToken, amount);
        nonce = _send(
            destinationDomain,
            destination,
            destinationCaller,
            BurnMessage.encodeV1(
                messageBodyVersion, burnToken.toBytes32(), mintRecipient, amount, msg.sender.toBytes32()
            )
        );
        emit DepositForBurn(
            nonce,
            burnToken,
            amount,
            msg.sender,
            mintRecipient,
            destinationDomain,
            destination,
            destinationCaller
        );
    }

    function _replaceRecipient(bytes calldata body, bytes32 mintRecipient) private view returns (bytes memory) {
        return BurnMessage.encodeV1(
            messageBodyVersion, body.getBurnToken(), mintRecipient, body.getAmount(), body.getMessageSender()
        );
    }

    function _send(
        uint32 destinationDomain,
        bytes32 destination,
        bytes32 destinationCaller,
        bytes memory body
    ) private returns (uint64 nonce) {
        IMessageTransmitter transmitter = IMessageTransmitter(localMessageTransmitter);
        if (destinationCaller == bytes32(0)) return transmitter.sendMessage(destinationDomain, destination, body);
        return transmitter.sendMessageWithCaller(destinationDomain, destination, destinationCaller, body);
    }
}
